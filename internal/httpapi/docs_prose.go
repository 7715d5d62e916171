package httpapi

import "strings"

// paragraph is a text of the document in spans, so that the template, and not
// this package, puts it into HTML.
type paragraph []span

type span struct {
	Text         string
	Code, Strong bool
}

// prose reads what descriptions have of Markdown: paragraphs, `code` and
// **strong**.
func prose(text string) (list []paragraph) {
	for block := range strings.SplitSeq(strings.TrimSpace(text), "\n\n") {
		if block = strings.TrimSpace(block); block == "" {
			continue
		}
		var p paragraph
		for i, part := range strings.Split(block, "`") {
			if i%2 == 1 {
				p = append(p, span{Text: part, Code: true})
				continue
			}
			for k, plain := range strings.Split(part, "**") {
				if plain != "" {
					p = append(p, span{Text: plain, Strong: k%2 == 1})
				}
			}
		}
		list = append(list, p)
	}
	return list
}
