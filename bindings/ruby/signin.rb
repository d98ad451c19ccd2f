# signin PROFILE: prints the header for a request to the API. Where a person must sign in for it, prints the address to
# open in a browser, and reads the one that the browser ends at.
require_relative 'liboauth'

WHAT_TO_DO = {
  LibOAuth::OAUTH_ACTION_NONE => 'send the request that waits: the profile has http = "caller".',
  LibOAuth::OAUTH_ACTION_RETRY => 'try again later.',
  LibOAuth::OAUTH_ACTION_SIGN_IN => 'start again, and sign in.',
  LibOAuth::OAUTH_ACTION_FIX => 'mend the configuration; trying again will not help.'
}.freeze

# Sends the person to the browser, and exchanges what comes back for tokens.
def sign_in(client)
  puts client.build_authorize_url
  $stdout.flush
  client.exchange_code($stdin.gets || '')
end

# From memory or the store, refreshed if it is about to expire; or else a person signs in.
def header(client)
  client.bearer_header
rescue LibOAuth::Error => e
  raise unless e.action == LibOAuth::OAUTH_ACTION_SIGN_IN

  sign_in(client)
  client.bearer_header
end

# Whatever the locale is: paths and texts are UTF-8.
[$stdin, $stdout, $stderr].each { |stream| stream.set_encoding(Encoding::UTF_8) }
abort 'usage: signin PROFILE' unless ARGV.size == 1

begin
  LibOAuth::Client.open(ARGV[0].dup.force_encoding(Encoding::UTF_8)) { |client| puts header(client) }
rescue LibOAuth::Error => e
  abort "error #{e.code}: #{e.message}\nWhat to do: #{WHAT_TO_DO[e.action]}"
end
