package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"seathold/internal/app"
	"seathold/internal/booking"
)

func userCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "user", Short: "Manage accounts"}
	cmd.AddCommand(userCreateCommand())
	return cmd
}

func userCreateCommand() *cobra.Command {
	var email, name, role string
	var passwordStdin bool
	cmd := &cobra.Command{
		Use:   "create",
		Short: "Make an account of any role",
		Long: "Makes an account, by the same rules as the API. Without --password-stdin a password\n" +
			"is made and printed once. With the embedded store, stop the service first.",
		Example: "  seathold user create --email box@theatre.example --role organizer",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			password, made, err := newPassword(cmd.InOrStdin(), passwordStdin)
			if err != nil {
				return err
			}
			if name == "" {
				name, _, _ = strings.Cut(email, "@")
			}
			return withCore(cmd, func(ctx context.Context, core *app.Core) error {
				a, err := core.Accounts.Create(ctx, email, password, name, booking.Role(role))
				if err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "made account %s: %s, %s\n", a.ID, a.Email, a.Role)
				if made {
					fmt.Fprintf(cmd.OutOrStdout(), "password: %s\n", password)
				}
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&email, "email", "", "e-mail address to log in with")
	cmd.Flags().StringVar(&role, "role", "", "customer, organizer or operator")
	cmd.Flags().StringVar(&name, "name", "", "the person's name (default: what stands before the @)")
	cmd.Flags().BoolVar(&passwordStdin, "password-stdin", false, "read the password from the first line of standard input")
	for _, flag := range []string{"email", "role"} {
		if err := cmd.MarkFlagRequired(flag); err != nil {
			panic(err) // a flag of this name was just made
		}
	}
	return cmd
}

func newPassword(stdin io.Reader, fromStdin bool) (password string, made bool, err error) {
	if !fromStdin {
		return strings.ToLower(rand.Text()[:16]), true, nil
	}
	line, err := bufio.NewReader(stdin).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", false, fmt.Errorf("read the password: %w", err)
	}
	return strings.TrimRight(line, "\r\n"), false, nil
}
