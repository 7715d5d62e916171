-- Part: the run, which names the history of writes that this server goes on
-- with. It is another one when the server starts, and when a replica takes over:
-- what it has may be behind then. (A server's first replica makes it another one
-- too, to no harm.) The process's run id would not do: it stays when a server is
-- demoted and promoted again. The run is asked for here, in the step that
-- compares it, because only so it is surely this server's. A server that does
-- not tell (the embedded one, or INFO is forbidden) has always the same.
local function run()
  local info = redis.pcall('INFO', 'replication')
  return type(info) == 'string' and string.match(info, 'master_replid:(%x+)') or 'unknown'
end
