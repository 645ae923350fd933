#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Makes the certificates and keys of the TLS tests anew, beside this script. They prove nothing to
# anyone: every private key is public. Needs the openssl program (3.0 or later).
#
# Valid from 2020 to 2126, so that no test fails with the calendar; `expired` ended in 2021.
#   ca                 P-256 root, and what it signed:
#   server             localhost, example.test, 127.0.0.1, ::1
#   wildcard           *.example.test
#   expired            localhost, no longer valid
#   only-common-name   localhost in the subject, elsewhere.test in the names
#   client             for client authentication
#   server-encrypted   the key of server, with the password "secret"
#   self-signed        localhost, signed by itself
#   other-ca, other    another root, and localhost signed by it
#   rsa-ca, rsa        RSA 2048: root, an intermediate, localhost (rsa.pem holds leaf and intermediate)
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
from=20200101000000Z
until=21260101000000Z

config() {  # SUBJECT_ALT_NAMES
  cat > "$work/config" <<END
[ca]
default_ca = own
[own]
database = $work/index
serial = $work/serial
new_certs_dir = $work
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
[req]
distinguished_name = name
prompt = no
[name]
CN = unused
[root]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[leaf]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature, keyEncipherment
extendedKeyUsage = $2
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = $1
END
}
: > "$work/index"
echo 1001 > "$work/serial"

key() {  # NAME ec|rsa
  if [ "$2" = rsa ]; then
    openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$1.key" 2> "$work/log"
  else
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key"
  fi
}

certificate() {  # NAME KIND SIGNER COMMON_NAME SECTION NAMES USAGE FROM UNTIL
  config "$6" "$7"
  key "$1" "$2"
  openssl req -new -key "$1.key" -subj "/CN=$4" -config "$work/config" -out "$work/request"
  if [ "$3" = self ]; then
    signer="-selfsign -keyfile $1.key"
  else
    signer="-cert $3.pem -keyfile $3.key"
  fi
  # shellcheck disable=SC2086
  openssl ca -batch -notext -config "$work/config" $signer -extensions "$5" \
    -startdate "$8" -enddate "$9" -in "$work/request" -out "$1.pem" 2> "$work/log" || { cat "$work/log"; exit 1; }
}

names=DNS:localhost,DNS:example.test,IP:127.0.0.1,IP:::1
certificate ca ec self "Evlet test CA" root DNS:unused serverAuth $from $until
certificate server ec ca localhost leaf $names serverAuth $from $until
certificate wildcard ec ca "*.example.test" leaf "DNS:*.example.test" serverAuth $from $until
certificate expired ec ca localhost leaf $names serverAuth $from 20210101000000Z
certificate client ec ca "Evlet test client" leaf DNS:client.example.test clientAuth $from $until
certificate self-signed ec self localhost leaf $names serverAuth $from $until
certificate other-ca ec self "Another test CA" root DNS:unused serverAuth $from $until
certificate other ec other-ca localhost leaf $names serverAuth $from $until
certificate rsa-ca rsa self "Evlet test RSA root" root DNS:unused serverAuth $from $until
certificate rsa-middle rsa rsa-ca "Evlet test RSA intermediate" root DNS:unused serverAuth $from $until
certificate rsa rsa rsa-middle localhost leaf $names serverAuth $from $until
cat rsa-middle.pem >> rsa.pem
rm -f rsa-middle.pem rsa-middle.key
certificate only-common-name ec ca localhost leaf DNS:elsewhere.test serverAuth $from $until
openssl ec -in server.key -aes128 -passout pass:secret -out server-encrypted.key 2> "$work/log"
chmod 644 ./*.key
