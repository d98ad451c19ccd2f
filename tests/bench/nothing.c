/* Linked with the library, and does nothing with it. */
int main(void)
{
    return 0;
}
