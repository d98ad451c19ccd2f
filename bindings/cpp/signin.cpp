// signin.cpp - prints the header for a request to an API; signs in first where that is needed.
//
//     signin PROFILE
//
// PROFILE is a profile's name, or a profile file (any text with a "/"): see oauth_client_open. The
// address to sign in at is printed as one line; what the browser ends at is read as one line.
//
//     c++ -std=c++11 -o signin signin.cpp $(pkg-config --cflags --libs liboauth)
#include <iostream>
#include <liboauth.hpp>
#include <string>

static const char *what_to_do(const oauth::Error &error)
{
    switch (error.action()) {
    case OAUTH_ACTION_RETRY:
        return "try again later.";
    case OAUTH_ACTION_SIGN_IN:
        return "start again, and sign in.";
    case OAUTH_ACTION_FIX:
        return "mend the configuration; trying again will not help.";
    default:
        return "send the request that waits: the profile has http = \"caller\".";
    }
}

// Sends the person to the browser, and exchanges what comes back for tokens.
static void sign_in(oauth::Client &client)
{
    std::string pasted;

    std::cout << client.build_authorize_url() << std::endl;
    std::getline(std::cin, pasted);
    client.exchange_code(pasted);
}

// From memory or the store, refreshed if it is about to expire; or else a person signs in.
static std::string header(oauth::Client &client)
{
    try {
        return client.bearer_header();
    } catch (const oauth::Error &error) {
        if (error.action() != OAUTH_ACTION_SIGN_IN)
            throw;
    }
    sign_in(client);
    return client.bearer_header();
}

int main(int count, char **words)
{
    if (count != 2) {
        std::cerr << "usage: signin PROFILE\n";
        return 1;
    }
    try {
        oauth::Client client(words[1]);
        std::cout << header(client) << std::endl;
    } catch (const oauth::Error &error) {
        std::cerr << "error " << error.code() << ": " << error.what() << "\n"
                  << "What to do: " << what_to_do(error) << "\n";
        return 1;
    }
    return 0;
}
