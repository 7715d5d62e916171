package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"seathold/internal/client"
)

func loginCommand() *cobra.Command {
	var email, url string
	var passwordStdin bool
	cmd := &cobra.Command{
		Use:   "login",
		Short: "Print an access token of a running service",
		Long: "Logs in at a running service and prints the access token, and nothing else, for\n" +
			"SEATHOLD_TOKEN. It lasts for some minutes. The password is asked for on the terminal.",
		Example: "  export SEATHOLD_TOKEN=$(seathold login --email operator@demo.example)",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := anonymous(cmd, url, "")
			if err != nil {
				return err
			}
			password, err := askPassword(cmd, passwordStdin)
			if err != nil {
				return err
			}
			answer, err := c.LoginWithResponse(cmd.Context(), client.Credentials{Email: email, Password: password})
			if err != nil {
				return explained(err)
			}
			session, err := client.Answered(answer.JSON200)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), session.AccessToken)
			return err
		},
	}
	cmd.Flags().StringVar(&email, "email", "", "e-mail address of the account")
	cmd.Flags().StringVar(&url, "url", "", "where the service is (default: SEATHOLD_ADDR)")
	cmd.Flags().BoolVar(&passwordStdin, "password-stdin", false, "read the password from the first line of standard input")
	if err := cmd.MarkFlagRequired("email"); err != nil {
		panic(err) // a flag of this name was just made
	}
	return cmd
}

// askPassword reads a password without showing it.
func askPassword(cmd *cobra.Command, fromStdin bool) (string, error) {
	if fromStdin {
		password, _, err := newPassword(cmd.InOrStdin(), true)
		return password, err
	}
	if !isTerminal(os.Stdin) {
		return "", errors.New("there is no terminal to ask for the password: give it by --password-stdin")
	}
	fmt.Fprint(cmd.ErrOrStderr(), "Password: ")
	password, err := term.ReadPassword(int(os.Stdin.Fd()))
	fmt.Fprintln(cmd.ErrOrStderr())
	if err != nil {
		return "", fmt.Errorf("read the password: %w", err)
	}
	return string(password), nil
}
