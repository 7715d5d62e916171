package redisstore

// An event's keys share the hash tag {event}, so that they live on one shard
// and a script may touch them together. The order is that of KEYS in every
// script.
func keys(eventID string) []string {
	prefix := "seathold:{" + eventID + "}:"
	return []string{
		prefix + "seats", // string: 11 bytes a seat
		prefix + "holds", // hash: record by hold id, hold ids by c:customer, and of the event m:last, m:epoch, m:run (part_run.lua)
		prefix + "due",   // zset: hold id by the time it needs attention
		prefix + "log",   // stream: entry n is version n of the map
		prefix + "load",  // hash: the lease of a loading
		prefix + "dirty", // set: orders that changed during a loading
	}
}

// The places of the keys in keys.
const (
	keySeats = iota
	keyHolds
	keyDue
	keyLog
	keyLoad
	keyDirty
)
