-- OAuth 2.0 for programs that already have their HTTP code: a fresh `Authorization` header from one call.
--
--     local oauth = require "liboauth"
--
--     local client = oauth.open("acme")    -- a profile; or oauth.new(), and client:set(oauth.OAUTH_..., ...)
--     local well, header = pcall(client.bearer_header, client)
--     if not well then
--       if header.action ~= oauth.OAUTH_ACTION_SIGN_IN then error(header) end
--       print("Open " .. client:build_authorize_url())
--       client:exchange_code(io.read("*l"))
--       header = client:bearer_header()
--     end
--
-- A client has a method for each function of the library: oauth_exchange_code is exchange_code; "liboauth.functions" says
-- what each one does. What goes wrong is an error of a table with code, action and text, which tostring() makes a line of.
-- A client is closed by close(), or when it is garbage. The C functions are oauth.C; they belong to no client.
--
-- The shared library is the file that the environment variable LIBOAUTH_LIBRARY names, or else it is looked for near this
-- file, where `make install` and `make` put it, and where the system has libraries.

local ffi = require "ffi"
local functions = require "liboauth.functions"

local oauth = {}
for name, value in pairs(functions.constants) do
  oauth[name] = value
end

-- ---- the shared library ----

local function candidates()
  local named = os.getenv("LIBOAUTH_LIBRARY")
  if named and named ~= "" then
    return { named }
  end
  local names = ({ OSX = { "liboauth.2.dylib", "liboauth.dylib" }, Windows = { "oauth.dll" } })[ffi.os] or { "liboauth.so.2" }
  local here = debug.getinfo(1, "S").source:match("^@(.*)[/\\]") or "."
  local found = {}
  -- From PREFIX/share/liboauth/lua, and from a checkout.
  for _, folder in ipairs { "/../../../lib/", "/../../build/lib/" } do
    for _, name in ipairs(names) do
      local file = io.open(here .. folder .. name, "rb")
      if file then
        file:close()
        found[#found + 1] = here .. folder .. name
      end
    end
  end
  for _, name in ipairs(names) do
    found[#found + 1] = name
  end
  return found
end

local function load_library()
  local problems = {}
  for _, file in ipairs(candidates()) do
    local loaded, library = pcall(ffi.load, file)
    if loaded then
      -- The one that came last: a library that has it is not older than this file.
      local whole, problem = pcall(function() return library[functions.newest] end)
      if whole then
        return library
      end
      library = problem
    end
    problems[#problems + 1] = "  " .. file .. ": " .. tostring(library)
  end
  error("liboauth cannot be loaded: install it, or name its file in the environment variable LIBOAUTH_LIBRARY. Tried:\n"
    .. table.concat(problems, "\n"), 0)
end

local C = load_library()
oauth.C = C

-- ---- calls ----

local failure = {}
failure.__index = failure
function failure:__tostring()
  return ("OAuth error %d: %s"):format(self.code, self.text)
end

-- A client that becomes garbage while a call is under way is closed after it: a success in between would take away the
-- sentence of a call that has failed.
local calling, abandoned = false, {}
local why = ffi.new("char[4096]")

local function close_abandoned()
  while abandoned[1] do
    C.oauth_client_close(table.remove(abandoned))
  end
end

-- What a function answers, and its error.
local function call(name, ...)
  calling = true
  local answer = C[name](...)
  local action, length
  if answer < 0 then
    action, length = C.oauth_error_action(), C.oauth_error_text(why, ffi.sizeof(why))
  end
  calling = false
  local problem
  if answer < 0 then
    problem = setmetatable({ code = answer, action = action, text = ffi.string(why, math.max(length, 0)) }, failure)
  end
  if abandoned[1] then
    close_abandoned()
  end
  return answer, problem
end

local function checked(name, ...)
  local answer, problem = call(name, ...)
  if problem then
    error(problem, 0)
  end
  return answer
end

-- The text of a function that writes one, in a buffer that is large enough.
local function read(name, ...)
  local count, given = select("#", ...), { ... }
  local capacity = 4096
  while true do
    local buffer = ffi.new("char[?]", capacity)
    given[count + 1], given[count + 2] = buffer, capacity
    local answer, problem = call(name, unpack(given, 1, count + 2))
    if not problem then
      local text = ffi.string(buffer, answer)
      ffi.fill(buffer, capacity)
      return text
    elseif answer ~= oauth.OAUTH_ERROR_BUFFER or capacity >= 2 ^ 24 then
      error(problem, 0)
    end
    capacity = capacity * 4
  end
end

-- ---- clients ----

local client = functions.methods

function client:_number(name, ...)
  return checked(name, self:handle(), ...)
end

function client:_text(name, ...)
  return read(name, self:handle(), ...)
end

-- What oauth.C calls it by; 0 when it is closed, which no function takes.
function client:handle()
  return self.box.handle
end

-- Closes the client and wipes the library's copies of its secrets; what was handed out is the program's, and what it
-- stored stays. A second time is harmless.
function client:close()
  local handle = self.box.handle
  self.box.handle = 0
  checked("oauth_client_close", handle)
end

local class = {
  __index = client,
  __tostring = function(self)
    return "liboauth client " .. (self.box.handle == 0 and "closed" or self.box.handle)
  end,
}

-- Collected with its client, whose table has no finalizer in LuaJIT.
local Box = ffi.metatype("struct { int32_t handle; }", {
  __gc = function(box)
    if box.handle == 0 then
      return
    elseif calling then
      abandoned[#abandoned + 1] = box.handle
    else
      C.oauth_client_close(box.handle)
    end
  end,
})

local function new(handle)
  return setmetatable({ box = Box(handle) }, class)
end

function oauth.new()
  return new(checked("oauth_client_new"))
end

-- A client that is set up from a profile.
function oauth.open(profile)
  return new(checked("oauth_client_open", functions.characters(profile), oauth.OAUTH_NUL_TERMINATED))
end

-- The library's version.
function oauth.version()
  return read("oauth_version")
end

return oauth
