/* rights PATH        prints owner and access list of a file or folder, as SDDL
 * rights PATH SDDL   sets its access list */
#include <windows.h>

#include <aclapi.h>
#include <sddl.h>
#include <stdio.h>

int main(int count, char **words)
{
    const SECURITY_INFORMATION known = OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION;
    PSECURITY_DESCRIPTOR rights = NULL;
    char *text = NULL;
    DWORD failed;

    if (count == 3) {
        if (!ConvertStringSecurityDescriptorToSecurityDescriptorA(words[2], SDDL_REVISION_1, &rights, NULL) ||
            !SetFileSecurityA(words[1], DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION, rights)) {
            fprintf(stderr, "rights: not set: %lu\n", GetLastError());
            return 1;
        }
        return 0;
    }
    if (count != 2)
        return 2;
    failed = GetNamedSecurityInfoA(words[1], SE_FILE_OBJECT, known, NULL, NULL, NULL, NULL, &rights);
    if (failed || !ConvertSecurityDescriptorToStringSecurityDescriptorA(rights, SDDL_REVISION_1, known, &text, NULL)) {
        fprintf(stderr, "rights: not read: %lu\n", failed ? failed : GetLastError());
        return 1;
    }
    puts(text);
    return 0;
}
