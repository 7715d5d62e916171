package main

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"seathold/internal/config"
)

func configCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Print the effective configuration, secrets left out",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := loadConfig(cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			if asJSON {
				return printConfigJSON(cmd.OutOrStdout(), c.Table())
			}
			return printConfig(cmd.OutOrStdout(), c.Table())
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON instead of a table")
	return cmd
}

func printConfig(to io.Writer, settings []config.Setting) error {
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "VARIABLE\tVALUE\tFROM")
	for _, s := range settings {
		fmt.Fprintf(w, "%s\t%s\t%s\n", s.Name, s.Value, s.Source)
	}
	return w.Flush()
}

func printConfigJSON(to io.Writer, settings []config.Setting) error {
	type row struct {
		Name  string `json:"name"`
		Value string `json:"value"`
		From  string `json:"from"`
	}
	rows := make([]row, len(settings))
	for i, s := range settings {
		rows[i] = row{Name: s.Name, Value: s.Value, From: string(s.Source)}
	}
	e := json.NewEncoder(to)
	e.SetIndent("", "  ")
	return e.Encode(rows)
}
