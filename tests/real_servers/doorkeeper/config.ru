# A one-file Rails application around Doorkeeper: one user, a few clients, one protected resource.
# DIALECT=default   refresh tokens rotate; the old one stays good until the new access token is first used
# DIALECT=rotate    refresh tokens rotate; the old one is revoked at once
# DIALECT=metamaps  as Metamaps sets it: no refresh token, access tokens never expire, no PKCE
# DATABASE          the SQLite file, made at the first start
%w[rails action_controller/railtie action_view/railtie active_record doorkeeper erb].each { |f| require f }

DIALECT = ENV.fetch("DIALECT")
USERS = [["alice", "secret"], ["zoë@example.com", "p@ss:wörd+/= &%x"]] # numbered from 1; alice alone signs in by pages
User = Struct.new(:id) do
  def to_key = [id] # or Doorkeeper keeps no number of whom it was that gave a password
end
ActiveRecord::Base.establish_connection(adapter: "sqlite3", database: ENV.fetch("DATABASE"), timeout: 5000)

class App < Rails::Application
  config.root = Dir.pwd
  config.eager_load = false
  config.consider_all_requests_local = false
  config.secret_key_base = "x" * 64
  config.hosts.clear
  config.logger = Logger.new($stderr)
  config.log_level = :warn
end

Doorkeeper.configure do
  orm :active_record
  base_controller "ActionController::Base"
  resource_owner_authenticator { session[:user] ? User.new(1) : (session[:back] = request.fullpath; redirect_to("/login")) }
  force_ssl_in_redirect_uri false
  if DIALECT == "metamaps"
    access_token_expires_in nil
    # Metamaps sets no scopes, which its older Doorkeeper allows; 5.5 then refuses a request without one.
    default_scopes :public
  else
    use_refresh_token
    grant_flows %w[authorization_code client_credentials password]
    resource_owner_from_credentials { (index = USERS.index([params[:username], params[:password]])) && User.new(index + 1) }
    allow_grant_flow_for_client { |grant, client| client.uid != "denied" || grant == "authorization_code" }
    default_scopes :read
    optional_scopes :write, :brief
    # A token for scope `brief` lives three seconds.
    custom_access_token_expires_in { |context| context.scopes.exists?("brief") ? 3 : 7200 }
    enforce_configured_scopes
  end
end

class LoginController < ActionController::Base
  def form
    render inline: '<form method="post" action="/login"><input name="user"><input type="password" name="password"><input type="submit"></form>'
  end

  def create
    return head(:forbidden) unless params[:user] == "alice" && params[:password] == "secret"
    session[:user] = 1
    redirect_to session.delete(:back) || "/up"
  end
end

class ApiController < ActionController::Base
  before_action(only: :me) { doorkeeper_authorize! }
  before_action(only: :whose) { doorkeeper_authorize!(:public, :read, :write) }

  def me = render(json: { user: "alice", scopes: doorkeeper_token.scopes.to_a })

  def whose
    token = doorkeeper_token
    user = USERS[token.resource_owner_id - 1].first if token.resource_owner_id
    render json: { user: user, client: token.application.uid, scopes: token.scopes.to_a }
  end

  def up = render(plain: "up")
end

App.initialize!
App.routes.draw do
  use_doorkeeper
  get "/login", to: "login#form"
  post "/login", to: "login#create"
  get "/me", to: "api#me"
  get "/whose", to: "api#whose"
  get "/up", to: "api#up"
end

# Doorkeeper's own generated migrations make the schema.
unless ActiveRecord::Base.connection.table_exists?(:oauth_applications)
  templates = File.join(Gem.loaded_specs["doorkeeper"].full_gem_path, "lib/generators/doorkeeper/templates")
  run = lambda do |file, klass|
    eval ERB.new(File.read(File.join(templates, file))).result_with_hash(migration_version: "[6.1]")
    ActiveRecord::Migration.suppress_messages { Object.const_get(klass).migrate(:up) }
  end
  run.call("migration.rb.erb", "CreateDoorkeeperTables")
  run.call("enable_pkce_migration.rb.erb", "EnablePkce") unless DIALECT == "metamaps"
  # Without this column an old refresh token is revoked at once, as the template says.
  ActiveRecord::Base.connection.remove_column(:oauth_access_tokens, :previous_refresh_token) if DIALECT == "rotate"

  app = lambda do |uid, secret, uris, **more|
    Doorkeeper::Application.create!(name: uid, uid: uid, secret: secret, redirect_uri: uris.join("\n"), **more)
  end
  here = ["http://127.0.0.1:9999/cb", "http://127.0.0.1:9999/other", "urn:ietf:wg:oauth:2.0:oob"]
  app.call("web", "web-secret", here)
  app.call("machine", "machine-secret", here)
  app.call("odd", "p@ss:w%rd+/= &x", here)
  app.call("public", "unused", here + ["com.example.app:/cb"], confidential: false)
  # Doorkeeper asks no more once it has a live token of the same scopes: nobody ever says yes to this one.
  app.call("denied", "denied-secret", here)
end

run App
