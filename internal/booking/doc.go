// Package booking is the domain of Seathold: events with a seating plan, holds,
// orders and payments, and the Service that takes a seat through them.
//
// It knows no Redis, no MongoDB and no HTTP. What it needs of the world stands
// in ports.go as interfaces; adapters implement them, and one contract suite a
// port (package bookingtest) holds every adapter to the same behaviour.
//
// Two rules shape everything here. Redis admits, the order store decides: a
// hold makes a double sale unlikely, the order store's guard over
// (event, sold seat) makes it impossible. And whatever is judged by time is
// judged by the hold store's clock, never by this process's.
package booking
