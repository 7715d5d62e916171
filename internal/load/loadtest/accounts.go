package loadtest

import (
	"net/http"
	"strings"
	"time"

	"seathold/internal/client"
)

func (s *Server) register(w http.ResponseWriter, r *http.Request) {
	body := read[client.Registration](r)
	answer(w, http.StatusCreated, client.Account{ID: body.Email, Email: body.Email, Name: body.Name, Role: client.AccountRoleCustomer})
}

func (s *Server) login(w http.ResponseWriter, r *http.Request) {
	s.loggedIn++
	s.session(w, read[client.Credentials](r).Email)
}

func (s *Server) refresh(w http.ResponseWriter, r *http.Request) {
	if s.options.LosesLogin {
		refuse(w, http.StatusUnauthorized, "unauthenticated")
		return
	}
	s.refreshed++
	s.session(w, read[client.RefreshToken](r).RefreshToken)
}

// session gives tokens that are the account's name and when they end.
func (s *Server) session(w http.ResponseWriter, who string) {
	life := s.options.AccessTTL
	if life == 0 {
		life = time.Hour
	}
	answer(w, http.StatusOK, client.Session{
		AccessToken: who + "|" + time.Now().Add(life).Format(time.RFC3339Nano), RefreshToken: who,
		TokenType: client.Bearer, ExpiresIn: int64(life / time.Second),
	})
}

// caller returns the account of the token; false: it was answered that there is none.
func caller(w http.ResponseWriter, r *http.Request) (who string, ok bool) {
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	who, until, _ := strings.Cut(token, "|")
	if end, err := time.Parse(time.RFC3339Nano, until); err != nil || time.Now().After(end) {
		refuse(w, http.StatusUnauthorized, "unauthenticated")
		return "", false
	}
	return who, true
}

// staffed takes tokens that the server did not give, and those that it gave until
// they end.
func staffed(handler http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.Header.Get("Authorization"), "|") {
			if _, ok := caller(w, r); !ok {
				return
			}
		}
		handler(w, r)
	}
}

func (s *Server) me(w http.ResponseWriter, _ *http.Request) {
	role := s.options.Role
	if role == "" {
		role = client.AccountRoleOperator
	}
	answer(w, http.StatusOK, client.Account{ID: "staff", Role: role})
}
