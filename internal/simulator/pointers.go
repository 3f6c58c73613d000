package simulator

// optional is nil for "".
func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// value is the zero value for nil.
func value[T any](pointer *T) T {
	if pointer == nil {
		var zero T
		return zero
	}
	return *pointer
}

func copyOf[T any](pointer *T) *T {
	if pointer == nil {
		return nil
	}
	return new(*pointer)
}
