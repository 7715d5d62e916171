package e2e

import (
	"net/url"
	"time"
)

// What the API answers, as far as the tests read it.
type (
	money struct {
		Amount   int64  `json:"amount"`
		Currency string `json:"currency"`
	}
	account struct {
		ID, Email, Name, Role string
	}
	event struct {
		ID         string `json:"id"`
		Name       string `json:"name"`
		Status     string `json:"status"`
		SeatCount  int    `json:"seat_count"`
		Categories []struct {
			Name  string `json:"name"`
			Price money  `json:"price"`
		} `json:"categories"`
	}
	hold struct {
		ID        string    `json:"id"`
		Seats     []string  `json:"seats"`
		Status    string    `json:"status"`
		ExpiresAt time.Time `json:"expires_at"`
		Total     money     `json:"total"`
		OrderID   string    `json:"order_id"`
	}
	order struct {
		ID       string    `json:"id"`
		Status   string    `json:"status"`
		Reason   string    `json:"reason"`
		HoldID   string    `json:"hold_id"`
		Seats    []string  `json:"seats"`
		Total    money     `json:"total"`
		Payment  checkout  `json:"payment"`
		Payments []payment `json:"payments"`
	}
	checkout struct {
		ID        string    `json:"id"`
		URL       string    `json:"url"`
		ExpiresAt time.Time `json:"expires_at"`
	}
	payment struct {
		ID       string `json:"id"`
		Received money  `json:"received"`
		State    string `json:"state"`
		Reason   string `json:"reason"`
		Refunded money  `json:"refunded"` // zero where nothing has gone back
	}
	block struct {
		ID    string   `json:"id"`
		Seats []string `json:"seats"`
	}
	seatMap struct {
		Version string `json:"version"`
		Seats   string `json:"seats"`
	}
	takenSeats struct {
		Taken []struct {
			Seat, Status string
		} `json:"taken"`
	}
	seat struct {
		Category string `json:"category"`
		Price    money  `json:"price"`
		Status   string `json:"status"`
		IsTaken  bool   `json:"is_taken"`
	}
	list[T any] struct {
		Items      []T    `json:"items"`
		NextCursor string `json:"next_cursor"`
	}
)

func eventPath(event string) string { return "/v1/events/" + url.PathEscape(event) }

func (c *client) hold(event string, seats ...string) answer {
	return c.post(eventPath(event)+"/holds", map[string]any{"seats": seats})
}

func (c *client) getHold(event, hold string) answer {
	return c.get(eventPath(event) + "/holds/" + hold)
}

func (c *client) release(event, hold string) answer {
	return c.delete(eventPath(event) + "/holds/" + hold)
}

func (c *client) holds(event string) answer { return c.get(eventPath(event) + "/holds?limit=200") }

func (c *client) orderHold(event, hold string) answer {
	return c.post("/v1/orders", map[string]any{"event_id": event, "hold_id": hold})
}

func (c *client) orderSeats(event string, seats ...string) answer {
	return c.post("/v1/orders", map[string]any{"event_id": event, "seats": seats})
}

func (c *client) getOrder(order string) answer { return c.get("/v1/orders/" + order) }

func (c *client) cancel(order string) answer { return c.post("/v1/orders/"+order+"/cancel", nil) }

func (c *client) seats(event string) answer { return c.get(eventPath(event) + "/seats") }

func (c *client) seat(event, seat string) answer {
	return c.get(eventPath(event) + "/seats/" + url.PathEscape(seat))
}

func (c *client) block(event string, seats ...string) answer {
	return c.post(eventPath(event)+"/blocks", map[string]any{"seats": seats, "reason": "house"})
}

func (c *client) blocks(event string) answer { return c.get(eventPath(event) + "/blocks") }

func (c *client) unblock(event, block string) answer {
	return c.delete(eventPath(event) + "/blocks/" + block)
}

// eventOrders is an organizer's call; query is like "status=paid".
func (c *client) eventOrders(event, query string) answer {
	return c.get(eventPath(event) + "/orders?limit=200&" + query)
}
