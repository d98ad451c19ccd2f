<?php
/**
 * OAuth 2.0 for programs that already have their HTTP code: a fresh `Authorization` header from one call.
 *
 *     require 'LibOAuth.php';
 *
 *     $client = LibOAuth\Client::open('acme');     // a profile; or new LibOAuth\Client, and $client->set(OAUTH_..., ...)
 *     try {
 *         $header = $client->bearerHeader();
 *     } catch (LibOAuth\OAuthError $error) {
 *         if ($error->action() !== OAUTH_ACTION_SIGN_IN) {
 *             throw $error;
 *         }
 *         echo 'Open ', $client->buildAuthorizeUrl(), "\n";
 *         $client->exchangeCode(fgets(STDIN));
 *         $header = $client->bearerHeader();
 *     }
 *
 * A client has a method for each function of the library: oauth_exchange_code is exchangeCode; functions.php says what
 * each one does. PHP needs its extension FFI. It is there on the command line; a web server has it with ffi.enable=true,
 * or, for files that it trusts alone, with ffi.enable=preload, ffi.preload and opcache.preload (see README.md).
 *
 * The shared library is the file that the environment variable LIBOAUTH_LIBRARY names, or else it is looked for near this
 * file, where `make install` and `make` put it, and where the system has libraries; with preload, there alone.
 */

namespace LibOAuth;

require_once __DIR__ . '/functions.php';

/** Why there is no answer: getMessage() is a sentence, getCode() one of OAUTH_ERROR_..., OAUTH_HTTP_NEEDED, OAUTH_PENDING. */
class OAuthError extends \RuntimeException
{
    /** @var int */
    private $action;

    public function __construct(int $code, int $action, string $text)
    {
        parent::__construct($text, $code);
        $this->action = $action;
    }

    /** What an operator does now: one of OAUTH_ACTION_... */
    public function action(): int
    {
        return $this->action;
    }
}

/** One registration at one authorization server, with its settings and its token. */
class Client
{
    use Methods;

    /** @var int What the C functions call it by; 0 when it is closed, which no function takes. */
    private $handle;

    /** A client that is set up from a profile. */
    public static function open(string $profile): self
    {
        $handle = self::number('oauth_client_open', self::characters($profile), \OAUTH_NUL_TERMINATED);
        $client = (new \ReflectionClass(static::class))->newInstanceWithoutConstructor();
        $client->opened($handle);
        return $client;
    }

    public function __construct()
    {
        $this->opened(self::number('oauth_client_new'));
    }

    /** Closes the client and wipes the library's copies of its secrets; what was handed out is the program's, and what
     * it stored stays. A second time is harmless. */
    public function close(): void
    {
        $handle = $this->handle;
        $this->handle = 0;
        unset(self::$open[$handle]);
        self::number('oauth_client_close', $handle);
    }

    public function handle(): int
    {
        return $this->handle;
    }

    /** The library's version. */
    public static function version(): string
    {
        return self::text('oauth_version');
    }

    public function __destruct()
    {
        if (!$this->handle) {
            return;
        }
        unset(self::$open[$this->handle]);
        // Garbage is collected anywhere, also between a call that has failed and its sentence, which a success would
        // make empty.
        if (self::$calling) {
            self::$abandoned[] = $this->handle;
        } else {
            self::library()->oauth_client_close($this->handle);
        }
    }

    private function __clone()
    {
    }

    public function __sleep()
    {
        throw new \LogicException('a client cannot be stored; its token can: see OAUTH_STORE');
    }

    // ---- a fatal error ----

    /** @var array<int, true> The clients that no destructor has closed, by their handles. */
    private static $open = [];
    /** @var object|null Its destructor says that there are any. */
    private static $first;
    /** @var bool */
    private static $destructed;

    private function opened(int $handle): void
    {
        $this->handle = $handle;
        self::$open[$handle] = true;
        if (self::$first !== null) {
            return;
        }
        self::$destructed = false;
        self::$first = new class(function () { self::$destructed = true; }) {
            /** @var \Closure */
            private $destruct;

            public function __construct(\Closure $destruct)
            {
                $this->destruct = $destruct;
            }

            public function __destruct()
            {
                ($this->destruct)();
            }
        };
        register_shutdown_function(\Closure::fromCallable([self::class, 'shutdown']));
    }

    /** After a fatal error no object is destructed, but a web server's process lives on, and a request that waits would
     * keep the lock of its token as long. error_get_last() may have been cleared, or tell of something else since. */
    private static function shutdown(): void
    {
        self::$first = null;
        if (self::$destructed) {
            return;
        }
        foreach (array_keys(self::$open) as $handle) {
            self::library()->oauth_client_close($handle);
        }
        self::$open = [];
    }

    // ---- calls ----

    /** @var bool */
    private static $calling = false;
    /** @var int[] Clients that have become garbage meanwhile. */
    private static $abandoned = [];
    /** @var \FFI|null */
    private static $library;

    /** What a function answers, unless that is an error. */
    private static function number(
        string $name,
        #[\SensitiveParameter]
        ...$arguments
    ): int {
        $library = self::library();
        $why = $library->new('char[4096]');
        self::$calling = true;
        try {
            $answer = $library->$name(...$arguments);
            if ($answer < 0) {
                $action = $library->oauth_error_action();
                $length = $library->oauth_error_text($why, 4096);
            }
        } finally {
            self::$calling = false;
        }
        while (self::$abandoned) {
            $library->oauth_client_close(array_pop(self::$abandoned));
        }
        if ($answer < 0) {
            throw new OAuthError($answer, $action, \FFI::string($why, max($length, 0)));
        }
        return $answer;
    }

    /** The text of a function that writes one, in a buffer that is large enough. */
    private static function text(
        string $name,
        #[\SensitiveParameter]
        ...$arguments
    ): string {
        for ($capacity = 4096;; $capacity *= 4) {
            $buffer = self::library()->new("char[$capacity]");
            try {
                $text = \FFI::string($buffer, self::number($name, ...$arguments, ...[$buffer, $capacity]));
                \FFI::memset($buffer, 0, $capacity);
                return $text;
            } catch (OAuthError $error) {
                if ($error->getCode() !== \OAUTH_ERROR_BUFFER || $capacity >= 1 << 24) {
                    throw $error;
                }
            }
        }
    }

    /** A text up to its NUL, taken as it is. */
    private static function characters(
        #[\SensitiveParameter]
        string $text
    ): string {
        if (strpos($text, "\0") !== false) {
            throw new \InvalidArgumentException('a text for OAuth cannot hold a NUL character');
        }
        return $text;
    }

    // ---- the shared library ----

    /** The C functions, as they are. */
    public static function library(): \FFI
    {
        if (self::$library === null) {
            self::$library = self::preloaded() ?? self::load();
        }
        return self::$library;
    }

    private static function preloaded(): ?\FFI
    {
        try {
            return \FFI::scope('liboauth');
        } catch (\FFI\Exception $problem) {
            return null;
        }
    }

    /** @return string[] */
    private static function candidates(): array
    {
        $named = getenv('LIBOAUTH_LIBRARY');
        if ($named) {
            return [$named];
        }
        $names = ['Darwin' => ['liboauth.2.dylib', 'liboauth.dylib'], 'Windows' => ['oauth.dll']];
        $names = $names[PHP_OS_FAMILY] ?? ['liboauth.so.2'];
        $near = [];
        // From PREFIX/share/liboauth/php, and from a checkout.
        foreach (['/../../../lib', '/../../build/lib'] as $folder) {
            foreach ($names as $name) {
                $near[] = __DIR__ . "$folder/$name";
            }
        }
        return array_merge(array_filter($near, 'is_file'), $names);
    }

    private static function load(): \FFI
    {
        // FFI::cdef knows no definitions; ffi.preload needs two.
        $prototypes = preg_replace('/^#.*/m', '', file_get_contents(__DIR__ . '/liboauth.ffi.h'));
        $problems = [];
        foreach (self::candidates() as $file) {
            try {
                return \FFI::cdef($prototypes, $file);
            } catch (\FFI\Exception $problem) {
                $problems[] = "  $file: " . $problem->getMessage();
            }
        }
        throw new \RuntimeException('liboauth cannot be loaded: install it, or name its file in the environment variable'
            . " LIBOAUTH_LIBRARY. Tried:\n" . implode("\n", $problems));
    }
}
