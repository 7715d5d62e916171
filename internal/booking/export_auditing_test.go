package booking

import "context"

// DiffersOnce is how many seats an audit would find that reads once only.
func (s *Service) DiffersOnce(ctx context.Context, e *Event) (int, error) {
	a := &auditor{s: s, e: e, orders: map[string]*claimant{}, claims: map[int][]string{}}
	if err := a.readAll(ctx); err != nil {
		return 0, err
	}
	found, more := a.suspects()
	return len(found) + more, nil
}
