package booking

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	// MaxEndpoints is how many webhook endpoints one account may have.
	MaxEndpoints = 20
	// MaxDescriptionLength bounds an endpoint's description, in characters.
	MaxDescriptionLength = 200
	// rotationTime is how long a replaced secret goes on signing.
	rotationTime = 24 * time.Hour
	// maxOldSecrets bounds how many replaced secrets sign at one time: each is a
	// signature in a header.
	maxOldSecrets = 4
)

// Why an endpoint is disabled, and so why its deliveries end.
const (
	EndpointByOwner = "owner" // its owner disabled it
	EndpointGone    = "gone"  // it answered 410: it wants no more
	EndpointDeleted = "deleted"
)

// Endpoint is an address of an organizer's own systems that is told what
// happens to the orders and holds of the organizer's events.
type Endpoint struct {
	ID             string      `json:"-"`
	OwnerID        string      `json:"-"`
	URL            string      `json:"url"`
	Types          []string    `json:"types,omitempty"` // what it wants to be told; empty: everything
	Description    string      `json:"description,omitempty"`
	Secret         string      `json:"secret"` // whsec_…, signs what is sent
	OldSecrets     []OldSecret `json:"old_secrets,omitempty"`
	Disabled       bool        `json:"disabled,omitempty"`
	DisabledReason string      `json:"disabled_reason,omitempty"`
	CreatedAt      time.Time   `json:"created_at"`

	revision int64
}

// OldSecret is a secret that was replaced and signs beside the new one until
// the receiver has had time to learn that.
type OldSecret struct {
	Secret string    `json:"secret"`
	Until  time.Time `json:"until"`
}

// NewEndpoint is what an organizer says of an endpoint.
type NewEndpoint struct {
	URL         string
	Types       []string // nil: everything
	Description string
}

// EndpointChange names what to change; nil leaves as it is.
type EndpointChange struct {
	URL          *string
	Types        *[]string // a pointer to nil: everything
	Description  *string
	Disabled     *bool
	RotateSecret bool
}

// wants reports whether the endpoint is to be told of this type now.
func (e *Endpoint) wants(noticeType string) bool {
	return !e.Disabled && (len(e.Types) == 0 || slices.Contains(e.Types, noticeType))
}

// signingSecrets are those that sign at this time, the current one first.
func (e *Endpoint) signingSecrets(now time.Time) []string {
	secrets := []string{e.Secret}
	for _, old := range e.OldSecrets {
		if now.Before(old.Until) {
			secrets = append(secrets, old.Secret)
		}
	}
	return secrets
}

// rotate gives the endpoint a new secret; the old one signs on for a day.
func (e *Endpoint) rotate(now time.Time) error {
	e.OldSecrets = slices.DeleteFunc(e.OldSecrets, func(old OldSecret) bool { return !now.Before(old.Until) })
	if len(e.OldSecrets) >= maxOldSecrets {
		return Errorf(CodeInvalidValue, "rotate_secret: %d replaced secrets still sign; the next change is possible after %s",
			len(e.OldSecrets), e.OldSecrets[0].Until.Format(time.RFC3339))
	}
	e.OldSecrets = append(e.OldSecrets, OldSecret{Secret: e.Secret, Until: now.Add(rotationTime)})
	e.Secret = newSecret()
	return nil
}

// newSecret makes a secret in the form of the Standard Webhooks specification.
func newSecret() string {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // it never fails: crypto/rand ends the process instead
	return "whsec_" + base64.StdEncoding.EncodeToString(raw)
}

// CreateEndpoint registers an address for the actor's own events.
// CodeForbidden, CodeInvalidValue, CodeUnavailable.
func (s *Service) CreateEndpoint(ctx context.Context, by Actor, n NewEndpoint) (Endpoint, error) {
	if err := mayHaveEndpoints(by); err != nil {
		return Endpoint{}, err
	}
	e := Endpoint{
		ID: s.NewID(), OwnerID: by.ID, URL: n.URL, Types: n.Types, Description: strings.TrimSpace(n.Description),
		Secret: newSecret(), CreatedAt: s.stamp(), revision: 1,
	}
	if err := errors.Join(s.Sender.CheckURL(e.URL), e.check()); err != nil {
		return Endpoint{}, err
	}
	others, err := s.endpointsOf(ctx, by.ID)
	if err != nil {
		return Endpoint{}, err
	}
	if len(others) >= MaxEndpoints {
		return Endpoint{}, Errorf(CodeInvalidValue, "an account has at most %d webhook endpoints; delete one first", MaxEndpoints)
	}
	r, err := e.record()
	if err != nil {
		return Endpoint{}, err
	}
	defer s.endpoints.forget(by.ID)
	return e, s.Records.InsertRecord(ctx, RecordEndpoint, r)
}

func mayHaveEndpoints(by Actor) error {
	if by.Role == RoleCustomer {
		return Errorf(CodeForbidden, "webhook endpoints take the role organizer")
	}
	return nil
}

// check judges all but the URL: where nothing is sent to, the Sender knows.
func (e *Endpoint) check() error {
	for i, t := range e.Types {
		if !slices.Contains(NoticeTypes, t) {
			return Errorf(CodeInvalidValue, "types: there is no %q; there are %s", t, strings.Join(NoticeTypes, ", "))
		}
		if slices.Contains(e.Types[:i], t) {
			return Errorf(CodeInvalidValue, "types: %s is named twice", t)
		}
	}
	switch {
	case e.Types != nil && len(e.Types) == 0:
		return Errorf(CodeInvalidValue, "types: name at least one, or leave it out for all")
	case utf8.RuneCountInString(e.Description) > MaxDescriptionLength:
		return Errorf(CodeInvalidValue, "description: at most %d characters", MaxDescriptionLength)
	case strings.ContainsFunc(e.Description, unicode.IsControl):
		return Errorf(CodeInvalidValue, "description: leave out control characters such as line breaks")
	}
	return nil
}

// Endpoint returns an endpoint of the actor's own, for operators any.
// CodeForbidden, CodeNotFound, CodeUnavailable.
func (s *Service) Endpoint(ctx context.Context, by Actor, id string) (Endpoint, error) {
	if err := mayHaveEndpoints(by); err != nil {
		return Endpoint{}, err
	}
	e, err := s.readEndpoint(ctx, id)
	if CodeOf(err) == CodeNotFound || (err == nil && by.Role != RoleOperator && e.OwnerID != by.ID) {
		return Endpoint{}, Errorf(CodeNotFound, "no webhook endpoint of yours has the id %s", id)
	}
	return e, err
}

// Endpoints returns an account's endpoints, newest first. Only operators see
// another's. CodeForbidden, CodeNotFound, CodeUnavailable.
func (s *Service) Endpoints(ctx context.Context, by Actor, ownerID string, page Page) ([]Endpoint, error) {
	if err := mayHaveEndpoints(by); err != nil {
		return nil, err
	}
	if ownerID != by.ID && by.Role != RoleOperator {
		return nil, Errorf(CodeNotFound, "you see your own webhook endpoints only; leave the organizer out")
	}
	return s.readEndpoints(ctx, ownerID, page)
}

// ChangeEndpoint changes an endpoint. Enabling one that is disabled lets its
// pending deliveries go on. The codes of Endpoint, CodeInvalidValue.
func (s *Service) ChangeEndpoint(ctx context.Context, by Actor, id string, c EndpointChange) (Endpoint, error) {
	for {
		e, err := s.Endpoint(ctx, by, id)
		if err != nil {
			return Endpoint{}, err
		}
		if c.URL != nil {
			if err := s.Sender.CheckURL(*c.URL); err != nil {
				return Endpoint{}, err
			}
		}
		if err := c.apply(&e, s.stamp()); err != nil {
			return Endpoint{}, err
		}
		if err := e.check(); err != nil {
			return Endpoint{}, err
		}
		err = s.storeEndpoint(ctx, &e)
		if errors.Is(err, ErrConflict) && ctx.Err() == nil {
			continue // someone else changed it: apply to what is there now
		}
		return e, err
	}
}

func (c EndpointChange) apply(e *Endpoint, now time.Time) error {
	if c.URL != nil {
		e.URL = *c.URL
	}
	if c.Types != nil {
		e.Types = *c.Types
	}
	if c.Description != nil {
		e.Description = strings.TrimSpace(*c.Description)
	}
	if c.Disabled != nil && *c.Disabled != e.Disabled {
		e.Disabled, e.DisabledReason = *c.Disabled, ""
		if e.Disabled {
			e.DisabledReason = EndpointByOwner
		}
	}
	if c.RotateSecret {
		return e.rotate(now)
	}
	return nil
}

// DeleteEndpoint removes an endpoint; its deliveries under way end as failed
// when they are due. The codes of Endpoint.
func (s *Service) DeleteEndpoint(ctx context.Context, by Actor, id string) error {
	e, err := s.Endpoint(ctx, by, id)
	if err != nil {
		return err
	}
	defer s.endpoints.forget(e.OwnerID)
	return s.Records.DeleteRecord(ctx, RecordEndpoint, id)
}

// storeEndpoint stores a change of the endpoint as it was read. ErrConflict.
func (s *Service) storeEndpoint(ctx context.Context, e *Endpoint) error {
	r, err := e.record()
	if err != nil {
		return err
	}
	defer s.endpoints.forget(e.OwnerID)
	if err := s.Records.ReplaceRecord(ctx, RecordEndpoint, r); err != nil {
		return err
	}
	e.revision++
	return nil
}

// readEndpoint returns any account's endpoint. CodeNotFound.
func (s *Service) readEndpoint(ctx context.Context, id string) (Endpoint, error) {
	r, err := s.Records.Record(ctx, RecordEndpoint, id)
	if err != nil {
		return Endpoint{}, err
	}
	return endpointOf(r)
}

func (s *Service) readEndpoints(ctx context.Context, ownerID string, page Page) ([]Endpoint, error) {
	records, err := s.Records.RecordsOf(ctx, RecordEndpoint, ownerID, page)
	if err != nil {
		return nil, err
	}
	endpoints := make([]Endpoint, len(records))
	for i, r := range records {
		if endpoints[i], err = endpointOf(r); err != nil {
			return nil, err
		}
	}
	return endpoints, nil
}

// endpointsOf returns all endpoints of an account. There may be a few more than
// MaxEndpoints where several were registered at the same moment.
func (s *Service) endpointsOf(ctx context.Context, ownerID string) ([]Endpoint, error) {
	return s.readEndpoints(ctx, ownerID, Page{Limit: 2 * MaxEndpoints})
}

func (e *Endpoint) record() (Record, error) {
	data, err := json.Marshal(e)
	if err != nil {
		return Record{}, fmt.Errorf("webhook endpoint %s: %w", e.ID, err)
	}
	return Record{ID: e.ID, Owner: e.OwnerID, Data: data, Revision: e.revision}, nil
}

func endpointOf(r Record) (Endpoint, error) {
	e := Endpoint{ID: r.ID, OwnerID: r.Owner, revision: r.Revision}
	if err := json.Unmarshal(r.Data, &e); err != nil {
		return Endpoint{}, fmt.Errorf("the stored webhook endpoint %s is damaged: %w", r.ID, err)
	}
	return e, nil
}
