"""Java by JNA, in the language's version 8."""

from callers import BIN, BINDINGS, HERE, LIB, Caller, build, first, place

JNA = "/usr/share/java/jna.jar"
# A program that ends soon is not worth the second compiler.
RUN = ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-cp", f"{BIN / 'java'}:{JNA}"]
JAVA = Caller("Java", "java", [*RUN, "signin"], [*RUN, "mistakes"], has_own_http=True, sees_itself=True, arguments_need_a_locale=True)


@first()
def Java_builds():
    sources = [BINDINGS / "java/signin.java", HERE / "java/mistakes.java", *(BINDINGS / "java/liboauth").glob("*.java")]
    # -options: a later compiler says that 8 is old.
    strict = ["-Xlint:all,-options", "-Werror", "-encoding", "UTF-8"]
    build("javac", "--release", "8", *strict, "-cp", JNA, "-d", place("java"), *sources)
