# The mistakes of ../c/mistakes.c by liboauth.rb.
require 'liboauth'
include LibOAuth

$stdout.set_encoding(Encoding::UTF_8)
WORDS = "L\u00f6hne f\u00fcr \u00c6r\u00f8 \u65e5\u672c \u{1f511}".freeze

def came_back(name, text)
  puts "#{name} 0 0 #{text}"
end

def failed(name, error)
  puts "#{name} #{error.code} #{error.action} #{error.message}"
end

def fails(name)
  yield
  puts "#{name} did not fail"
rescue LibOAuth::Error => e
  failed(name, e)
end

# By the C function of that name.
def answers(name, function, *arguments)
  fails(name) { LibOAuth.number(function, *arguments) }
end

def scope(client, text)
  client.set(OAUTH_SCOPE, text)
  client.get(OAUTH_SCOPE)
end

# Threads that fail in two ways at once are told their own sentence each.
def told_its_own?(number)
  client = Client.new
  (1..100).all? do
    client.set(number.odd? ? OAUTH_PKCE : 99_999, 'sometimes')
    false
  rescue LibOAuth::Error => e
    Thread.pass
    e.message.start_with?(number.odd? ? 'pkce' : '99999')
  end
end

# The program's own HTTP: answers are bytes.
def own_http
  type = "Content-Type: application/json\r\n"
  client = Client.new
  client.set(OAUTH_HTTP, 'caller')
  client.set(OAUTH_TOKEN_ENDPOINT, 'https://tokens.example/token')
  client.set(OAUTH_CLIENT_ID, 'a client')
  client.set(OAUTH_CLIENT_AUTH, 'none')
  fails('needed') { client.request_token('client_credentials') }
  came_back('method', client.http_request(OAUTH_REQUEST_METHOD))
  came_back('url', client.http_request(OAUTH_REQUEST_URL))
  came_back('content', client.http_request(OAUTH_REQUEST_CONTENT))
  fails('bytes') { client.http_response(200, type, "{\"access_token\":\"t\0w\xff\"}") }
  begin
    client.request_token('client_credentials')
  rescue LibOAuth::Error
    nil
  end
  json = %({"access_token":"one","expires_in":3600,"who":{"name":"#{WORDS}"}})
  came_back('taken', client.http_response(200, type, json))
  came_back('token', client.access_token)
  came_back('member', client.field(OAUTH_FIELD_TOKEN, 'who.name'))
  fails('no_member') { client.field(OAUTH_FIELD_TOKEN, 'who.else') }
  url = 'https://api.example/me'
  came_back('headers', client.request_headers('GET', url)[/.*?(?=\r)/])
  came_back('again', client.api_response(url, 401, ''))
  fails('rejected') { client.bearer_header }
  fails('busy') { client.http_response(503, "Retry-After: 7\r\n", '') }
  came_back('retry_after', client.get(OAUTH_RETRY_AFTER))
  exit
end

# All that there is, each function with zeros and NULLs.
def all_there_is
  values = LibOAuth.constants.grep(/\AOAUTH_/).map { |name| LibOAuth.const_get(name) }
  puts "constants #{values.size} #{values.sum}"
  Functions::PARAMETERS.sort.each do |name, types|
    answer = Functions.public_send(name, *types.map { |type| type == Functions::INT ? 0 : nil })
    puts "#{name} #{[answer, 0].min}"
  end
  exit
end

all_there_is if ARGV == ['all']
own_http unless ARGV.empty?
client = Client.new
closed = Client.new
stale = closed.handle
closed.close
answers('stale', :oauth_refresh, stale)
fails('closed') { closed.refresh }
client.set(OAUTH_CLIENT_ID, 'a client')
buffer = "\0" * 64
answers('short_buffer', :oauth_get, client.handle, OAUTH_CLIENT_ID, buffer, 4)
large = 'x' * 100_000
came_back('grown', scope(client, large) == large ? large.size : 'another text')
fails('unknown_profile') { Client.open('no-such-profile') }
fails('no_code') { client.exchange_code('') }
fails('wrong_code') { client.exchange_code('not-a-code') }
fails('value') { client.set(OAUTH_PKCE, 'sometimes') }
fails('property') { client.set(99_999, 'x') }
answers('length', :oauth_set, client.handle, OAUTH_SCOPE, 'x', -7)
fails('not_utf_8') { client.set(OAUTH_SCOPE, "\xff\xfe") }
fails('null') { client.set(OAUTH_SCOPE, nil) }
answers('null_buffer', :oauth_get, client.handle, OAUTH_CLIENT_ID, nil, 64)
came_back('utf_8', scope(client, WORDS))
fails('utf_8_in_error') { Client.open(WORDS) }
came_back('blanks', "[#{scope(client, ' read ')}]")
Functions.oauth_set(client.handle, OAUTH_SCOPE, 'read        ', 12)
came_back('padded', "[#{client.get(OAUTH_SCOPE)}]")
came_back('empty', "[#{scope(client, '')}]")
came_back('threads', 8.times.map { |number| Thread.new { told_its_own?(number) } }.count(&:value))

# What is Ruby's alone: a text of another encoding is the same text, a NUL is refused, garbage takes no error along and
# is closed.
puts 'another encoding is another text' if scope(client, "\xf6".dup.force_encoding('ISO-8859-1')) != "\u00f6"
begin
  client.set(OAUTH_SCOPE, "read\0write")
  puts 'a NUL in a text went by'
rescue ArgumentError
  nil
end
other = Client.new
garbage = Client.closer([other.handle])
action = Functions.method(:oauth_error_action)
$VERBOSE = nil # a method is put into another's place
Functions.define_singleton_method(:oauth_error_action) { garbage.call; action.call }
begin
  client.set(OAUTH_PKCE, 'sometimes')
rescue LibOAuth::Error => e
  puts "garbage took the sentence along: #{e.action} #{e.message}" unless e.message.start_with?('pkce')
end
Functions.define_singleton_method(:oauth_error_action, action)
abandoned = Array.new(100) { Client.new.handle }
GC.start
puts 'garbage is not closed' if abandoned.none? { |handle| Functions.oauth_refresh(handle) == OAUTH_ERROR_HANDLE }
client.close
client.close
