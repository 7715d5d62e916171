package config

import "strings"

// published are secrets that stood in our own examples: everybody has them.
var published = []Secret{
	"for-trying-only-not-for-selling-tickets",
	"whsec_Zm9yIHRyeWluZyBvbmx5LCBub3QgZm9yIHNlbGxpbmc=",
	"for-trying-only",
	"vm3kq7wzt2ea",
}

// checkNotGuessed refuses, on real servers, a secret that is no secret.
func (c *Config) checkNotGuessed(name string, s Secret) error {
	if s == "" || c.Embedded() {
		return nil
	}
	var problem string
	switch text := s.Reveal(); {
	case strings.Trim(text, text[:1]) == "":
		problem = "its value (not shown) is one character repeated"
	case isPublished(s):
		problem = "its value (not shown) is from an example, so everybody has it"
	default:
		return nil
	}
	return &Error{Variable: name, Problem: problem, Want: "a secret of your own, such as openssl rand -hex 32 makes"}
}

// checkEachNotGuessed is checkNotGuessed for several.
func (c *Config) checkEachNotGuessed(name string, secrets []Secret) error {
	for _, s := range secrets {
		if err := c.checkNotGuessed(name, s); err != nil {
			return err
		}
	}
	return nil
}

func isPublished(s Secret) bool {
	for _, known := range published {
		if strings.EqualFold(s.Reveal(), known.Reveal()) {
			return true
		}
	}
	return false
}
