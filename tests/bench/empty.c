/* What it takes to start a process that does nothing. */
int main(void)
{
    return 0;
}
