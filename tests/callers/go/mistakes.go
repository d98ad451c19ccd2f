//go:build ignore

// The mistakes of ../c/mistakes.c by the package liboauth; those that it does not let through, by the header.
package main

// #cgo pkg-config: liboauth
// #include <liboauth.h>
import "C"

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"liboauth"
)

const words = "Löhne für Ærø 日本 🔑"

func cameBack(name, text string) {
	fmt.Printf("%s 0 0 %s\n", name, text)
}

func failed(name string, err error) {
	var failure *liboauth.Error
	if !errors.As(err, &failure) {
		fmt.Printf("%s did not fail: %v\n", name, err)
		return
	}
	fmt.Printf("%s %d %d %s\n", name, failure.Code, failure.Action, failure.Text)
}

// answered is for what the header's function returns.
func answered(name string, function func() C.int32_t) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var text [512]C.char
	code := function()
	C.oauth_error_text(&text[0], 512)
	fmt.Printf("%s %d %d %s\n", name, code, C.oauth_error_action(), C.GoString(&text[0]))
}

func must(_ int, err error) {
	if err != nil {
		fmt.Println(err)
	}
}

func opened(client *liboauth.Client, err error) *liboauth.Client {
	must(0, err)
	return client
}

func scope(client *liboauth.Client, text string) string {
	must(client.Set(liboauth.OAUTH_SCOPE, text))
	return get(client)
}

func get(client *liboauth.Client) string {
	text, err := client.Get(liboauth.OAUTH_SCOPE)
	must(0, err)
	return text
}

func fails(function func() (int, error)) error {
	_, err := function()
	return err
}

func setting(client *liboauth.Client, property int32, text string) error {
	return fails(func() (int, error) { return client.Set(property, text) })
}

// toldTheirOwn counts goroutines that fail in two ways at once, change their threads, leave their clients to be closed
// meanwhile, and are told their own sentence each.
func toldTheirOwn() int {
	var told int32
	var all sync.WaitGroup
	for number := 0; number < 8; number++ {
		property, begins := int32(99999), "99999"
		if number%2 == 1 {
			property, begins = liboauth.OAUTH_PKCE, "pkce"
		}
		all.Add(1)
		go func() {
			defer all.Done()
			right := 0
			for turn := 0; turn < 100; turn++ {
				client := opened(liboauth.New())
				if err := setting(client, property, "sometimes"); strings.HasPrefix(err.Error(), begins) {
					right++
				}
				if turn%25 == 0 {
					runtime.GC()
				}
				runtime.Gosched()
			}
			if right == 100 {
				atomic.AddInt32(&told, 1)
			}
		}()
	}
	all.Wait()
	return int(told)
}

func told(text string, err error) string {
	must(0, err)
	return text
}

func number(answer int, err error) string {
	must(0, err)
	return fmt.Sprint(answer)
}

func ownHTTP() {
	contentType, url := []byte("Content-Type: application/json\r\n"), "https://api.example/me"
	client := opened(liboauth.New())
	must(client.Set(liboauth.OAUTH_HTTP, "caller"))
	must(client.Set(liboauth.OAUTH_TOKEN_ENDPOINT, "https://tokens.example/token"))
	must(client.Set(liboauth.OAUTH_CLIENT_ID, "a client"))
	must(client.Set(liboauth.OAUTH_CLIENT_AUTH, "none"))
	request := func() (int, error) { return client.RequestToken("client_credentials") }
	failed("needed", fails(request))
	cameBack("method", told(client.HttpRequest(liboauth.OAUTH_REQUEST_METHOD)))
	cameBack("url", told(client.HttpRequest(liboauth.OAUTH_REQUEST_URL)))
	cameBack("content", told(client.HttpRequest(liboauth.OAUTH_REQUEST_CONTENT)))
	bytes := []byte("{\"access_token\":\"t\x00w\xff\"}")
	failed("bytes", fails(func() (int, error) { return client.HttpResponse(200, contentType, bytes) }))
	fails(request)
	json := []byte(`{"access_token":"one","expires_in":3600,"who":{"name":"` + words + `"}}`)
	cameBack("taken", number(client.HttpResponse(200, contentType, json)))
	cameBack("token", told(client.AccessToken()))
	cameBack("member", told(client.Field(liboauth.OAUTH_FIELD_TOKEN, "who.name")))
	_, err := client.Field(liboauth.OAUTH_FIELD_TOKEN, "who.else")
	failed("no_member", err)
	headers, _, _ := strings.Cut(told(client.RequestHeaders("GET", url)), "\r")
	cameBack("headers", headers)
	cameBack("again", number(client.ApiResponse(url, 401, nil)))
	_, err = client.BearerHeader()
	failed("rejected", err)
	wait := []byte("Retry-After: 7\r\n")
	failed("busy", fails(func() (int, error) { return client.HttpResponse(503, wait, nil) }))
	cameBack("retry_after", told(client.Get(liboauth.OAUTH_RETRY_AFTER)))
}

func main() {
	if len(os.Args) == 2 {
		ownHTTP()
		return
	}
	client := opened(liboauth.New())
	closed := opened(liboauth.New())
	stale := C.int32_t(closed.Handle())

	must(0, closed.Close())
	answered("stale", func() C.int32_t { return C.oauth_refresh(stale) })
	failed("closed", fails(closed.Refresh))
	must(client.Set(liboauth.OAUTH_CLIENT_ID, "a client"))
	handle := C.int32_t(client.Handle())
	var buffer [4]C.char
	answered("short_buffer", func() C.int32_t {
		return C.oauth_get(handle, liboauth.OAUTH_CLIENT_ID, &buffer[0], 4)
	})
	large := strings.Repeat("x", 100000)
	if scope(client, large) == large {
		cameBack("grown", "100000")
	}
	_, err := liboauth.Open("no-such-profile")
	failed("unknown_profile", err)
	failed("no_code", fails(func() (int, error) { return client.ExchangeCode("") }))
	failed("wrong_code", fails(func() (int, error) { return client.ExchangeCode("not-a-code") }))
	failed("value", setting(client, liboauth.OAUTH_PKCE, "sometimes"))
	failed("property", setting(client, 99999, "x"))
	answered("length", func() C.int32_t { return C.oauth_set(handle, liboauth.OAUTH_SCOPE, &buffer[0], -7) })
	failed("not_utf_8", setting(client, liboauth.OAUTH_SCOPE, "\xff\xfe"))
	answered("null", func() C.int32_t {
		return C.oauth_set(handle, liboauth.OAUTH_SCOPE, nil, liboauth.OAUTH_NUL_TERMINATED)
	})
	answered("null_buffer", func() C.int32_t { return C.oauth_get(handle, liboauth.OAUTH_CLIENT_ID, nil, 64) })
	cameBack("utf_8", scope(client, words))
	_, err = liboauth.Open(words)
	failed("utf_8_in_error", err)
	cameBack("blanks", "["+scope(client, " read ")+"]")
	field := C.CString("read        ")
	C.oauth_set(handle, liboauth.OAUTH_SCOPE, field, 12)
	cameBack("padded", "["+get(client)+"]")
	cameBack("empty", "["+scope(client, "")+"]")
	cameBack("threads", fmt.Sprint(toldTheirOwn()))
	if err := setting(client, liboauth.OAUTH_SCOPE, "read\x00write"); !errors.Is(err, liboauth.ErrNUL) {
		fmt.Println("a NUL in a text went by")
	}
	must(0, client.Close())
	must(0, client.Close())
}
