/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Old names of two functions of event2/tag.h, for programs that use them. New ones do not.
 */
#ifndef EVENT2_TAG_COMPAT_H_INCLUDED_
#define EVENT2_TAG_COMPAT_H_INCLUDED_

#define encode_int(evbuf, number) evtag_encode_int((evbuf), (number))
#define encode_int64(evbuf, number) evtag_encode_int64((evbuf), (number))

#endif
