package httpapi

// How deep objects and arrays may stand in one another. No body of ours comes
// near; a plan of people's tools might. What is deeper is made to be costly.
const (
	smallDepth = 32
	planDepth  = 64
)

// maxDepth is how deep a call's body may be.
func (e endpoint) maxDepth() int {
	if e.maxBody > smallBody {
		return planDepth
	}
	return smallDepth
}

// checkDepth refuses a body that is deeper than most levels. It looks at
// brackets outside of strings only: what is not JSON the decoder refuses.
func checkDepth(body []byte, most int) error {
	depth, inString := 0, false
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == '{' || c == '[':
			if depth++; depth > most {
				line, column := lineAndColumn(body, int64(i))
				return invalidBody("is deeper than %d levels at line %d, column %d; send objects and arrays that are flatter",
					most, line, column)
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return nil
}
