// SPDX-License-Identifier: BSD-3-Clause
// Takes back what port_calls.h does: for files of tests that mean the operating system's own
// descriptors, such as the standard output. Included behind everything else.
#undef accept
#undef accept4
#undef bind
#undef close
#undef connect
#undef dup
#undef fcntl
#undef getpeername
#undef getsockname
#undef getsockopt
#undef ioctl
#undef listen
#undef pipe
#undef poll
#undef read
#undef recv
#undef recvfrom
#undef send
#undef sendto
#undef setsockopt
#undef shutdown
#undef socket
#undef socketpair
#undef write
