# OAuth 2.0 for programs that already have their HTTP code: a fresh `Authorization` header from one call.
#
#     require 'liboauth'
#
#     LibOAuth::Client.open('acme') do |client|     # a profile; or Client.new, and client.set(LibOAuth::OAUTH_..., ...)
#       header = client.bearer_header
#     rescue LibOAuth::Error => e
#       raise unless e.action == LibOAuth::OAUTH_ACTION_SIGN_IN
#       puts "Open #{client.build_authorize_url}"
#       client.exchange_code($stdin.gets)
#       header = client.bearer_header
#     end
#
# A client has a method for each function of the library: oauth_exchange_code is exchange_code. `liboauth/functions` says
# what each one does. Other threads go on while one waits for a server; Ctrl-C, and Thread#kill, wait until it has come.
#
# The shared library is the file that the environment variable LIBOAUTH_LIBRARY names, or else it is looked for near this
# file, where `make install` and `make` put it, and where the system has libraries.

require 'fiddle'
require 'rbconfig'
require_relative 'liboauth/functions'

module LibOAuth
  # Why there is no answer.
  class Error < StandardError
    # One of OAUTH_ERROR_..., OAUTH_HTTP_NEEDED or OAUTH_PENDING.
    attr_reader :code
    # What an operator does now: one of OAUTH_ACTION_...
    attr_reader :action

    def initialize(code, action, text)
      super(text)
      @code = code
      @action = action
    end

  end

  # One registration at one authorization server, with its settings and its token.
  class Client
    include Methods

    # A client that is set up from a profile; with a block, for as long as that runs.
    def self.open(profile)
      client = new(LibOAuth.number(:oauth_client_open, *LibOAuth.characters(profile)))
      return client unless block_given?

      begin
        yield client
      ensure
        client.close
      end
    end

    def initialize(handle = LibOAuth.number(:oauth_client_new))
      @open = [handle]
      ObjectSpace.define_finalizer(self, self.class.closer(@open))
    end

    # Runs wherever the thread is that collects garbage: also between a call that has failed and its sentence, which a
    # success of the same thread would make empty. It must not know the client, or that would never go.
    def self.closer(open)
      close = proc { open.each { |handle| Functions.oauth_client_close(handle) } }
      proc { LibOAuth.calling? ? Thread.new(&close) : close.call }
    end

    # Closes the client and wipes the library's copies of its secrets; what was handed out is the program's, and what it
    # stored stays. A second time is harmless.
    def close
      LibOAuth.number(:oauth_client_close, @open.pop || 0)
      nil
    end

    # What Functions call it by; 0 when it is closed, which no function takes.
    def handle
      @open.first || 0
    end

    def inspect
      "#<LibOAuth::Client #{handle.zero? ? 'closed' : handle}>"
    end

    def initialize_copy(_)
      raise TypeError, 'a client cannot be copied'
    end

    private

    def number(name, *arguments)
      LibOAuth.number(name, handle, *arguments)
    end

    def text(name, *arguments)
      LibOAuth.text(name, handle, *arguments)
    end
  end

  class << self
    # The library's version.
    def version
      text(:oauth_version)
    end

    # What a function answers, unless that is an error.
    def number(name, *arguments)
      answer, action, why = call { Functions.public_send(name, *arguments) }
      raise Error.new(answer, action, why) if answer.negative?

      answer
    end

    # The text of a function that writes one, in a buffer that is large enough.
    def text(name, *arguments)
      capacity = 4096
      begin
        buffer = "\0".b * capacity
        length = number(name, *arguments, buffer, capacity)
      rescue Error => e
        raise unless e.code == OAUTH_ERROR_BUFFER && capacity < 1 << 24

        capacity *= 4
        retry
      end
      buffer.byteslice(0, length).force_encoding(Encoding::UTF_8)
    end

    def calling?
      Thread.current[:liboauth_calls]
    end

    # A text as UTF-8, up to its NUL: taken as it is. One whose encoding nobody knows is passed on for the library to judge.
    def characters(text)
      return [nil, OAUTH_NUL_TERMINATED] if text.nil?

      text = text.to_s
      text = text.encode(Encoding::UTF_8) unless [Encoding::BINARY, Encoding::US_ASCII].include?(text.encoding)
      text = text.b
      raise ArgumentError, 'a text for OAuth cannot hold a NUL character' if text.include?("\0")

      ["#{text}\0", OAUTH_NUL_TERMINATED]
    end

    # Bytes as they came.
    def bytes(text)
      text.nil? ? [nil, 0] : [text.b, text.bytesize]
    end

    private

    # The answer and, where it is an error, what this thread is told of it.
    def call
      Thread.current[:liboauth_calls] = true
      answer = yield
      return answer unless answer.negative?

      action = Functions.oauth_error_action
      why = "\0".b * 4096
      length = Functions.oauth_error_text(why, why.bytesize)
      [answer, action, why.byteslice(0, [length, 0].max).force_encoding(Encoding::UTF_8)]
    ensure
      Thread.current[:liboauth_calls] = false
    end

    def candidates
      named = ENV.fetch('LIBOAUTH_LIBRARY', '')
      return [named] unless named.empty?

      names = case RbConfig::CONFIG['host_os']
              when /darwin/ then ['liboauth.2.dylib', 'liboauth.dylib']
              when /mswin|mingw/ then ['oauth.dll']
              else ['liboauth.so.2']
              end
      # From PREFIX/share/liboauth/ruby, and from a checkout.
      near = ['../../../lib', '../../build/lib'].product(names).map { |path| File.expand_path(path.join('/'), __dir__) }
      near.select { |file| File.exist?(file) } + names
    end

    # Each is looked up when it is first called; two threads that do so find the same.
    def define(library)
      Functions::PARAMETERS.each do |name, types|
        function = nil
        Functions.define_singleton_method(name) do |*arguments|
          function ||= Fiddle::Function.new(library[name.to_s], types, Functions::INT)
          function.call(*arguments)
        end
      end
    end

    def load
      problems = candidates.map do |file|
        library = Fiddle.dlopen(file)
        library[Functions::PARAMETERS.keys.last.to_s] # the one that came last: a library that has it is not older
        define(library)
        return
      rescue Fiddle::DLError => e
        "  #{file}: #{e.message}"
      end
      raise LoadError, 'liboauth cannot be loaded: install it, or name its file in the environment variable ' \
                       "LIBOAUTH_LIBRARY. Tried:\n#{problems.join("\n")}"
    end
  end

  load
end
