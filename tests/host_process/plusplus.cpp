// A C++ program includes the header, and links.
#include <liboauth.h>

#include <cstring>
#include <string>

int main()
{
    char version[32];
    const int32_t length = oauth_version(version, sizeof version);
    const int32_t client = oauth_client_new();
    const std::string name("demo");
    const bool good = length == static_cast<int32_t>(std::strlen(version)) && client > 0 &&
        oauth_set(client, OAUTH_CLIENT_ID, name.data(), static_cast<int32_t>(name.size())) == 0 &&
        oauth_refresh(client) == OAUTH_ERROR_SIGN_IN && oauth_client_close(client) == 0;
    return good ? 0 : 1;
}
