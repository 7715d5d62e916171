// Package metrics exports what the service counts, for Prometheus. It
// implements the ports of those who count, on a registry that the caller passes
// in.
//
// Names follow https://prometheus.io/docs/practices/naming/; every label has a
// small set of values, and "other" for the rest. All metrics there are:
//
//	seathold_holds_total{outcome}                    hold requests: granted, repeated, or the refusal's code
//	seathold_holds_live{event}                       live holds
//	seathold_seats{event,state}                      seats: free, held, sold, blocked
//	seathold_events_on_sale                          events whose sale is open
//	seathold_events_uncounted                        of these: not in the two above, such as while loading
//	seathold_hold_end_total{how}                     sold, released, expired
//	seathold_hold_life_seconds{how}                  from the first taking to the end
//	seathold_expiry_lag_seconds                      from a deadline to its announcement; the seats are free all along
//	seathold_hold_oldest_lapsed_seconds{event}       age of the oldest end of a hold that is not announced yet
//	seathold_orders_total{status}                    orders that entered a status
//	seathold_double_sale_guard_hits_total            sales that only the order store's guard prevented
//	seathold_event_loads_total{kind}                 rebuild: the live state was missing; repair: it was compared
//	seathold_event_repairs_total                     claims that differed from the orders and were changed
//	seathold_event_load_seconds                      how long one took
//	seathold_audit_mismatches{event}                 seats that Redis has otherwise than the orders, found by the last audit
//	seathold_audit_last_timestamp_seconds            when all events had been audited last
//	seathold_payment_webhooks_total{provider,outcome} payment webhooks by what became of them
//	seathold_checkouts_asked_total{outcome}          what the provider said of checkouts that were to end
//	seathold_payments_flagged_total{what}            money that wants a person's look
//	seathold_refund_tries_total{outcome}             tries to give a payment back
//	seathold_refunds_due                             payments that are due back
//	seathold_refunds_overdue                         of these: for more than a day
//	seathold_refund_oldest_due_seconds               age of the oldest
//	seathold_provider_seconds{call,outcome}          calls of the payment provider
//	seathold_webhook_deliveries_total{outcome}       tries to deliver a notice to an organizer's endpoint
//	seathold_webhook_delivery_seconds{call,outcome}  how long these endpoints took
//	seathold_script_seconds{script,outcome}          scripts in Redis, with waiting for a connection and repeats
//	seathold_redis_pool_hits_total{pool}             calls that found a connection free
//	seathold_redis_pool_misses_total{pool}           calls that found none
//	seathold_redis_pool_timeouts_total{pool}         calls that waited for one in vain
//	seathold_redis_pool_wait_seconds_total{pool}     how long calls waited for one, all together
//	seathold_redis_pool_connections{pool,state}      idle, used
//	seathold_redis_up                                1 where all servers answer that take writes
//	seathold_redis_history_changes_total             failovers and restarts that this instance saw
//	seathold_redis_memory_bytes{node}                memory that a server uses
//	seathold_redis_memory_max_bytes{node}            memory that it may use, 0: all there is
//	seathold_redis_may_evict{node}                   1 where it would drop keys
//	seathold_redis_evicted_keys_total{node}          keys that it dropped
//	seathold_redis_refused_writes_total{node,why}    writes that it refused: oom, misconf, noreplicas
//	seathold_redis_write_failed{node,file}           1 where its aof or rdb could not be written last
//	seathold_redis_replicas{node}                    its replicas
//	seathold_order_store_seconds{call,outcome}       calls of the order store
//	seathold_http_request_seconds{route,method,status} requests by pattern of the path and class of status, without streams
//	seathold_http_streams_total{route,status}        streams that ended
//	seathold_http_requests_in_flight                 requests that are being answered, streams too
//	seathold_refused_calls_total{rate,reason}        calls refused as too fast or too often
//	seathold_unlimited_calls_total                   calls let through because Redis did not answer
//	seathold_stream_listeners                        people who listen to a seat map
//	seathold_stream_cut_total{why}                   listeners ended or not let in
//	seathold_stream_frames_total                     frames given to listeners
//	seathold_stream_lag_seconds                      how long the map furthest behind is not known to be as Redis is
//	seathold_build_info{version,goversion,revision}  always 1
//
// Beside them are the usual go_… and process_…. How Redis's servers are is shown
// where Redis is not embedded, and of each as far as it tells.
//
// What is live, and how Redis is, is shown alike by each instance, and what
// audits found by the one that has the lease: of several take the maximum, not
// the sum. Orders by status are counted as they enter it, not as they are: to
// count a million documents takes an index half a second, which is too much for
// every scrape.
// Conversion is what is sold of what is granted:
//
//	sum(rate(seathold_hold_end_total{how="sold"}[1h])) / sum(rate(seathold_hold_end_total[1h]))
//
// Histograms of holds, scripts and requests have exemplars where traces are on.
package metrics
