std = "lua51"
read_globals = {"redis", "KEYS", "ARGV"}
max_line_length = 130
-- Parts bring more than each script uses, and a script may end in a part's return.
ignore = {"211", "212", "511"}
