//go:build ignore

// signin prints the header for a request to an API; it signs in first where that is needed.
//
//	signin PROFILE
//
// PROFILE is a profile's name, or a profile file (any text with a "/"): see oauth_client_open. The
// address to sign in at is printed as one line; what the browser ends at is read as one line.
//
//	go build signin.go
package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"

	"liboauth"
)

var whatToDo = map[int]string{
	liboauth.OAUTH_ACTION_NONE:    `send the request that waits: the profile has http = "caller".`,
	liboauth.OAUTH_ACTION_RETRY:   "try again later.",
	liboauth.OAUTH_ACTION_SIGN_IN: "start again, and sign in.",
	liboauth.OAUTH_ACTION_FIX:     "mend the configuration; trying again will not help.",
}

// header comes from memory or the store, refreshed if need be; or else a person signs in.
func header(client *liboauth.Client) (string, error) {
	line, err := client.BearerHeader()
	var failure *liboauth.Error
	if !errors.As(err, &failure) || failure.Action != liboauth.OAUTH_ACTION_SIGN_IN {
		return line, err
	}
	url, err := client.BuildAuthorizeUrl()
	if err != nil {
		return "", err
	}
	fmt.Println(url)
	// At the end of the input there is nothing that was pasted, which the next call says.
	pasted, _ := bufio.NewReader(os.Stdin).ReadString('\n')
	if _, err := client.ExchangeCode(pasted); err != nil {
		return "", err
	}
	return client.BearerHeader()
}

func run(profile string) error {
	client, err := liboauth.Open(profile)
	if err != nil {
		return err
	}
	defer client.Close()
	line, err := header(client)
	if err != nil {
		return err
	}
	fmt.Println(line)
	return nil
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: signin PROFILE")
		os.Exit(1)
	}
	err := run(os.Args[1])
	var failure *liboauth.Error
	if errors.As(err, &failure) {
		fmt.Fprintf(os.Stderr, "error %d: %s\n", failure.Code, failure.Text)
		fmt.Fprintf(os.Stderr, "What to do: %s\n", whatToDo[failure.Action])
	} else if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	if err != nil {
		os.Exit(1)
	}
}
