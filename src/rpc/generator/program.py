# SPDX-License-Identifier: BSD-3-Clause
# ---- The program ----


def arguments_of_program():
    parser = argparse.ArgumentParser(
        usage="%(prog)s [--quiet] RPC_FILE [[H_FILE] C_FILE]", description=__doc__,
        formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--quiet", action="store_true", help="say nothing but errors")
    parser.add_argument("source", metavar="RPC_FILE", help="what to read")
    parser.add_argument("outputs", metavar="[H_FILE] C_FILE", nargs="*",
                        help="what to write; without names beside the input, NAME.gen.c and .gen.h")
    given = parser.parse_args()
    if len(given.outputs) > 2:
        parser.error("there are at most three files")
    c_path = given.outputs[-1] if given.outputs else re.sub(r"\.rpc$", "", given.source) + ".gen.c"
    h_path = given.outputs[0] if len(given.outputs) == 2 else re.sub(r"\.c$", ".h", c_path)
    if not c_path.endswith(".c") or not h_path.endswith(".h"):
        parser.error("outputs are a .h and a .c file, in this order")
    return given.source, h_path, c_path, given.quiet


def main():
    source, h_path, c_path, quiet = arguments_of_program()
    try:
        with open(source, encoding="utf-8") as file:
            description = Parser().parse(file.read())
        outputs = {h_path: "\n".join(header(description, source, h_path)) + "\n",
                   c_path: source_file(description, source, h_path)}
        # The names of files are any bytes; all is converted before anything is written.
        outputs = {path: text.encode("utf-8", "surrogateescape") for path, text in outputs.items()}
        for path, text in outputs.items():
            with open(path, "wb") as file:
                file.write(text)
    except RpcError as error:
        sys.exit("%s:%d: %s" % (source, error.line, error))
    except (OSError, UnicodeDecodeError) as error:
        sys.exit("%s: %s" % (getattr(error, "filename", None) or source,
                             getattr(error, "strerror", None) or "this is not UTF-8"))
    if not quiet:
        sys.stdout.reconfigure(errors="backslashreplace")
        print("%s: %d messages to %s and %s" % (source, len(description.messages), h_path, c_path))


if __name__ == "__main__":
    main()
