-- signin PROFILE: prints the header for a request to the API. Where a person must sign in for it, prints the address to
-- open in a browser, and reads the one that the browser ends at.
local here = arg[0]:match("^(.*)[/\\]") or "."
package.path = here .. "/?.lua;" .. package.path
local oauth = require "liboauth"

local what_to_do = {
  [oauth.OAUTH_ACTION_NONE] = 'send the request that waits: the profile has http = "caller".',
  [oauth.OAUTH_ACTION_RETRY] = "try again later.",
  [oauth.OAUTH_ACTION_SIGN_IN] = "start again, and sign in.",
  [oauth.OAUTH_ACTION_FIX] = "mend the configuration; trying again will not help.",
}

-- Sends the person to the browser, and exchanges what comes back for tokens.
local function sign_in(client)
  print(client:build_authorize_url())
  io.stdout:flush()
  client:exchange_code(io.read("*l") or "")
end

local function main(profile)
  local client = oauth.open(profile)
  local well, header = pcall(client.bearer_header, client)
  if not well then
    if header.action ~= oauth.OAUTH_ACTION_SIGN_IN then
      error(header, 0)
    end
    sign_in(client)
    header = client:bearer_header()
  end
  print(header)
  client:close()
end

if #arg ~= 1 then
  io.stderr:write("usage: signin PROFILE\n")
  os.exit(1)
end
local well, problem = pcall(main, arg[1])
if not well then
  if type(problem) ~= "table" then
    error(problem, 0)
  end
  io.stderr:write(("error %d: %s\nWhat to do: %s\n"):format(problem.code, problem.text, what_to_do[problem.action]))
  os.exit(1)
end
