package redisstore

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"seathold/internal/booking"
)

// hoardingLimits writes the limits as lua/part_hoarding.lua reads them.
func hoardingLimits(h booking.Hoarding) string {
	if h == (booking.Hoarding{}) {
		return ""
	}
	text := strconv.AppendInt(make([]byte, 0, 64), int64(h.UnpaidHolds), 10)
	for _, d := range []time.Duration{h.Window, h.CoolDown, h.ChangeOfMind, h.Life, h.Pause} {
		text = strconv.AppendInt(append(text, ' '), d.Milliseconds(), 10)
	}
	return string(strconv.AppendInt(append(text, ' '), int64(h.MostSeats), 10))
}

// coolDown is the refusal of a customer who kept seats from others for too long.
func (r *reply) coolDown(e *booking.Event, q booking.HoldRequest) error {
	refusal := &booking.Error{Code: booking.CodeCoolDown, RetryAfter: time.Duration(r.number(0)) * time.Millisecond}
	switch r.status {
	case "unpaid":
		refusal.Err = booking.CoolDownUnpaid
		refusal.Detail = fmt.Sprintf("%d of your holds in this event ended unpaid of late; wait before you hold seats again",
			q.Hoarding.UnpaidHolds)
	case "many":
		refusal.Err = booking.CoolDownSeats
		refusal.Detail = "you held and gave back very many seats of this event; wait before you hold seats again"
	default:
		refusal.Err = booking.CoolDownLife
		refusal.Seats = e.Plan.GUIDs(r.pick(1, q.Seats))
		refusal.Detail = "you have had these seats for as long as one may without buying them: " +
			strings.Join(refusal.Seats, ", ") + "; take others, or wait"
	}
	if err := r.fault(); err != nil {
		return err
	}
	return refusal
}
