-- For wrk: goes round a list of addresses.   wrk … -s bench/portal/requests.lua URL -- LIST[,LIST …] [gzip]
-- The cookie comes from $BENCH_COOKIE. Requests are made beforehand, so that the generator costs little.
local requests, at = {}, 0

function init(args)
  local lists = {}
  for name in args[1]:gmatch("[^,]+") do
    local list = {}
    for line in io.lines(name) do list[#list + 1] = line end
    lists[#lists + 1] = list
  end
  local headers = { ["Accept-Language"] = "fr", ["Accept"] = "text/html", ["Cookie"] = os.getenv("BENCH_COOKIE") }
  if args[2] == "gzip" then headers["Accept-Encoding"] = "gzip" end
  local longest = 0
  for _, list in ipairs(lists) do longest = math.max(longest, #list) end
  for i = 0, longest - 1 do
    for _, list in ipairs(lists) do
      requests[#requests + 1] = wrk.format("GET", list[i % #list + 1], headers)
    end
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency)
  io.write(string.format(
    '{"requests":%d,"seconds":%.3f,"per_second":%.0f,"errors":%d,"not_2xx":%d,"p50_ms":%.3f,"p99_ms":%.3f,"mb_per_second":%.1f}\n',
    summary.requests, summary.duration / 1e6, summary.requests / summary.duration * 1e6,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout, summary.errors.status,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, summary.bytes / summary.duration))
end
