package httpapi

import (
	"net/http"

	"seathold/internal/booking"
)

type accountJSON struct {
	ID    string       `json:"id"`
	Email string       `json:"email"`
	Name  string       `json:"name"`
	Role  booking.Role `json:"role"`
}

func showAccount(a booking.Account) accountJSON {
	return accountJSON{ID: a.ID, Email: a.Email, Name: a.Name, Role: a.Role}
}

// register answers POST /v1/auth/register.
func (a *API) register(w http.ResponseWriter, r *request) error {
	var body struct {
		Email    string `json:"email"`
		Password string `json:"password"`
		Name     string `json:"name"`
	}
	if err := r.decode(&body); err != nil {
		return err
	}
	account, err := a.Accounts.Register(r.Context(), body.Email, body.Password, body.Name)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, showAccount(account))
}

// login answers POST /v1/auth/login.
func (a *API) login(w http.ResponseWriter, r *request) error {
	var body struct {
		Email    string `json:"email"`
		Password string `json:"password"`
	}
	if err := r.decode(&body); err != nil {
		return err
	}
	switch {
	case body.Email == "":
		return missing("email", "the e-mail address of your account")
	case body.Password == "":
		return missing("password", "the password of your account")
	}
	var session Session
	err := a.Guard.Login(r.Context(), r.addressSubject(), body.Email, func() (err error) {
		session, err = a.Accounts.Login(r.Context(), body.Email, body.Password)
		return err
	})
	if err != nil {
		return err
	}
	return writeSession(w, session)
}

// missing refuses a body without a value that the call needs.
func missing(field, what string) error {
	return booking.Errorf(booking.CodeInvalidValue, "%s: give %s", field, what)
}

// me answers GET /v1/me. The role is the one that the caller's token has, as all
// other calls go by it.
func (a *API) me(w http.ResponseWriter, r *request) error {
	account, err := a.Accounts.Me(r.Context(), r.by.ID)
	if err != nil {
		return err
	}
	account.Role = r.by.Role
	return writeJSON(w, http.StatusOK, showAccount(account))
}
