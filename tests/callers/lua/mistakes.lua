-- The mistakes of ../c/mistakes.c by liboauth.lua.
local ffi = require "ffi"
local oauth = require "liboauth"

local WORDS = "L\195\182hne f\195\188r \195\134r\195\184 \230\151\165\230\156\172 \240\159\148\145"

local function came_back(name, text)
  print(name .. " 0 0 " .. text)
end

local function failed(name, problem)
  print(("%s %d %d %s"):format(name, problem.code, problem.action, problem.text))
end

local function fails(name, called, ...)
  local well, problem = pcall(called, ...)
  if well then
    print(name .. " did not fail")
  else
    failed(name, problem)
  end
end

-- `code` is what the last C function has returned.
local function answered(name, code)
  local why = ffi.new("char[512]")
  local length = oauth.C.oauth_error_text(why, 512)
  failed(name, { code = code, action = oauth.C.oauth_error_action(), text = ffi.string(why, length) })
end

local function scope(client, text)
  client:set(oauth.OAUTH_SCOPE, text)
  return client:get(oauth.OAUTH_SCOPE)
end

-- The program's own HTTP: answers are bytes.
local function own_http()
  local kind, url = "Content-Type: application/json\r\n", "https://api.example/me"
  local client = oauth.new()
  client:set(oauth.OAUTH_HTTP, "caller")
  client:set(oauth.OAUTH_TOKEN_ENDPOINT, "https://tokens.example/token")
  client:set(oauth.OAUTH_CLIENT_ID, "a client")
  client:set(oauth.OAUTH_CLIENT_AUTH, "none")
  fails("needed", client.request_token, client, "client_credentials")
  came_back("method", client:http_request(oauth.OAUTH_REQUEST_METHOD))
  came_back("url", client:http_request(oauth.OAUTH_REQUEST_URL))
  came_back("content", client:http_request(oauth.OAUTH_REQUEST_CONTENT))
  fails("bytes", client.http_response, client, 200, kind, '{"access_token":"t\0w\255"}')
  pcall(client.request_token, client, "client_credentials")
  local json = '{"access_token":"one","expires_in":3600,"who":{"name":"' .. WORDS .. '"}}'
  came_back("taken", client:http_response(200, kind, json))
  came_back("token", client:access_token())
  came_back("member", client:field(oauth.OAUTH_FIELD_TOKEN, "who.name"))
  fails("no_member", client.field, client, oauth.OAUTH_FIELD_TOKEN, "who.else")
  came_back("headers", client:request_headers("GET", url):match("^[^\r]*"))
  came_back("again", client:api_response(url, 401, ""))
  fails("rejected", client.bearer_header, client)
  fails("busy", client.http_response, client, 503, "Retry-After: 7\r\n", "")
  came_back("retry_after", client:get(oauth.OAUTH_RETRY_AFTER))
end

if arg[1] then
  own_http()
  os.exit()
end
local client = oauth.new()
local closed = oauth.new()
local stale = closed:handle()
closed:close()
answered("stale", oauth.C.oauth_refresh(stale))
fails("closed", closed.refresh, closed)
client:set(oauth.OAUTH_CLIENT_ID, "a client")
answered("short_buffer", oauth.C.oauth_get(client:handle(), oauth.OAUTH_CLIENT_ID, ffi.new("char[64]"), 4))
local large = ("x"):rep(100000)
came_back("grown", scope(client, large) == large and #large or "another text")
fails("unknown_profile", oauth.open, "no-such-profile")
fails("no_code", client.exchange_code, client, "")
fails("wrong_code", client.exchange_code, client, "not-a-code")
fails("value", client.set, client, oauth.OAUTH_PKCE, "sometimes")
fails("property", client.set, client, 99999, "x")
answered("length", oauth.C.oauth_set(client:handle(), oauth.OAUTH_SCOPE, "x", -7))
fails("not_utf_8", client.set, client, oauth.OAUTH_SCOPE, "\255\254")
fails("null", client.set, client, oauth.OAUTH_SCOPE, nil)
answered("null_buffer", oauth.C.oauth_get(client:handle(), oauth.OAUTH_CLIENT_ID, nil, 64))
came_back("utf_8", scope(client, WORDS))
fails("utf_8_in_error", oauth.open, WORDS)
came_back("blanks", "[" .. scope(client, " read ") .. "]")
oauth.C.oauth_set(client:handle(), oauth.OAUTH_SCOPE, "read        ", 12)
came_back("padded", "[" .. client:get(oauth.OAUTH_SCOPE) .. "]")
came_back("empty", "[" .. scope(client, "") .. "]")

-- What is Lua's alone: a number is a text, a NUL is refused, garbage is closed and takes no error along.
if scope(client, 60) ~= "60" then
  print("a number is no text")
end
if pcall(client.set, client, oauth.OAUTH_SCOPE, "read\0write") then
  print("a NUL in a text went by")
end
local pool = {}
for i = 1, 200 do
  pool[i] = oauth.new()
end
debug.sethook(function()
  pool[#pool] = nil
  collectgarbage()
end, "", 1)
local _, problem = pcall(client.set, client, oauth.OAUTH_PKCE, "sometimes")
debug.sethook()
if problem.action ~= oauth.OAUTH_ACTION_FIX or problem.text:sub(1, 4) ~= "pkce" then
  print("garbage took the sentence along: " .. problem.text)
end
local abandoned = oauth.new():handle()
collectgarbage()
collectgarbage()
if oauth.C.oauth_stop_waiting(abandoned) ~= oauth.OAUTH_ERROR_HANDLE then
  print("garbage is not closed")
end
client:close()
client:close()
