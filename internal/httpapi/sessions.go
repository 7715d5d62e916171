package httpapi

import (
	"net/http"
	"time"
)

// Session is what a login and a refresh give.
type Session struct {
	AccessToken  string
	RefreshToken string
	ExpiresIn    time.Duration // of the access token
}

type sessionJSON struct {
	AccessToken  string `json:"access_token"`
	TokenType    string `json:"token_type"`
	ExpiresIn    int64  `json:"expires_in"` // seconds
	RefreshToken string `json:"refresh_token"`
}

func writeSession(w http.ResponseWriter, s Session) error {
	return writeJSON(w, http.StatusOK, sessionJSON{
		AccessToken: s.AccessToken, TokenType: "Bearer", ExpiresIn: wholeSeconds(s.ExpiresIn), RefreshToken: s.RefreshToken,
	})
}

// refresh answers POST /v1/auth/refresh.
func (a *API) refresh(w http.ResponseWriter, r *request) error {
	token, err := r.refreshToken()
	if err != nil {
		return err
	}
	session, err := a.Accounts.Refresh(r.Context(), token)
	if err != nil {
		return err
	}
	return writeSession(w, session)
}

// logout answers POST /v1/auth/logout.
func (a *API) logout(w http.ResponseWriter, r *request) error {
	token, err := r.refreshToken()
	if err != nil {
		return err
	}
	if err := a.Accounts.Logout(r.Context(), token); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// refreshToken reads a body that has nothing but a refresh token, which is the
// caller's credential.
func (r *request) refreshToken() (string, error) {
	var body struct {
		RefreshToken string `json:"refresh_token"`
	}
	if err := r.decode(&body); err != nil {
		return "", err
	}
	if body.RefreshToken == "" {
		return "", missing("refresh_token", "the refresh token of your last login or refresh")
	}
	return body.RefreshToken, nil
}

// changePassword answers POST /v1/me/password.
func (a *API) changePassword(w http.ResponseWriter, r *request) error {
	var body struct {
		OldPassword string `json:"old_password"`
		NewPassword string `json:"new_password"`
	}
	if err := r.decode(&body); err != nil {
		return err
	}
	if body.OldPassword == "" {
		return missing("old_password", "the password that the account has now")
	}
	err := a.Guard.Password(r.Context(), r.by.ID, func() error {
		return a.Accounts.ChangePassword(r.Context(), r.by.ID, body.OldPassword, body.NewPassword)
	})
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// noKeys is a JWK set without keys.
const noKeys = `{"keys":[]}`

// getKeys answers GET /.well-known/jwks.json.
func (a *API) getKeys(w http.ResponseWriter, _ *request) error {
	keys := a.VerificationKeys
	if keys == nil {
		keys = []byte(noKeys)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "public, max-age=300")
	writeBytes(w, http.StatusOK, keys)
	return nil
}
