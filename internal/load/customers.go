package load

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"sync"

	"github.com/brianvoe/gofakeit/v7"
	"golang.org/x/sync/errgroup"

	"seathold/internal/client"
)

// ErrLimited is a service that limits how much comes from one address.
var ErrLimited = errors.New("the service limits how much comes from one address: " +
	"start it with SEATHOLD_ABUSE_LIMITS=off, or come from more addresses")

// registering bounds how many accounts are made at once. The service hashes a
// password at a time for each two of its cores.
const registering = 4

// Register makes the accounts of made-up customers, for the visitors to come. A
// password's hash takes the service long on purpose, so this is not part of the
// sale. It calls done after each.
func (s *Sale) Register(ctx context.Context, done func()) error {
	names := gofakeit.New(s.config.Schedule.Seed)
	run, password := rand.Text()[:10], rand.Text()
	people := make([]*person, s.config.Customers)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(registering)
	var mu sync.Mutex
	for i := range people {
		account := client.Registration{
			Email: fmt.Sprintf("load-%s-%d@customers.example", run, i), Name: names.Name(), Password: password,
		}
		group.Go(func() (err error) {
			if people[i], err = s.register(ctx, account); err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			done()
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return fmt.Errorf("register customers: %w", err)
	}
	s.people = people
	return nil
}

func (s *Sale) register(ctx context.Context, account client.Registration) (*person, error) {
	_, err := unlimited(ctx, func() (*client.RegisterResponse, error) { return s.client.RegisterWithResponse(ctx, account) })
	if err != nil {
		return nil, err
	}
	return s.signIn(ctx, client.Credentials{Email: account.Email, Password: account.Password})
}

// unlimited makes a call again while the service is busy, but not where it
// limits: that would take for ever.
func unlimited[A any](ctx context.Context, call func() (A, error)) (A, error) {
	return client.Patiently(ctx, func() (A, error) {
		answer, err := call()
		var refused *client.Error
		if errors.As(err, &refused) && refused.Status == http.StatusTooManyRequests {
			err = ErrLimited
		}
		return answer, err
	})
}
