package e2e

import (
	"strings"

	"github.com/chromedp/cdproto/accessibility"
)

// outlineMost is how many lines of a page are enough to see why a test failed.
const outlineMost = 150

// outline lists what the page has for assistive technology, for a person who
// reads why a test failed.
func (p *tab) outline() string {
	tree, err := call(p, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	if err != nil {
		return err.Error()
	}
	o := outline{nodes: map[accessibility.NodeID]*accessibility.Node{}}
	for _, n := range tree.Nodes {
		o.nodes[n.NodeID] = n
	}
	if len(tree.Nodes) > 0 {
		o.add(tree.Nodes[0].NodeID, "", 1)
	}
	return strings.Join(o.lines, "\n")
}

type outline struct {
	nodes map[accessibility.NodeID]*accessibility.Node
	lines []string
}

// add lists a node and what is in it, but not what only repeats the name of what
// it is in.
func (o *outline) add(id accessibility.NodeID, around string, depth int) {
	n := o.nodes[id]
	if n == nil || len(o.lines) > outlineMost {
		return
	}
	each := thingOf(n)
	shown := !n.Ignored && each.role != "InlineTextBox" && (each.name != "" || each.value != "") &&
		(each.role != "StaticText" || !strings.Contains(around, each.name))
	if shown {
		if len(o.lines) == outlineMost {
			o.lines = append(o.lines, "  …")
			return
		}
		o.lines = append(o.lines, strings.Repeat("  ", depth)+each.String())
		around = each.name
		depth++
	}
	for _, child := range n.ChildIDs {
		o.add(child, around, depth)
	}
}
