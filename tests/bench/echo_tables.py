# SPDX-License-Identifier: BSD-3-Clause
"""What run.py says about the echo servers beyond the common tables: rates beside the bare server,
what silent connections cost, and the system calls of a message as strace counts them.
"""
import collections
import re
import statistics
import subprocess
import tempfile

SERVERS = ['evlet', 'libevent', 'libuv']
# A message's way through a server, by what the kernel is asked for; the rest is 'other'.
KINDS = {
    'receive': {'read', 'readv', 'recvfrom', 'recvmsg', 'preadv', 'recvmmsg'},
    'send': {'write', 'writev', 'sendto', 'sendmsg', 'sendfile', 'sendmmsg', 'splice'},
    'wait': {'epoll_wait', 'epoll_pwait', 'epoll_pwait2', 'poll', 'ppoll', 'select', 'pselect6'},
    'register': {'epoll_ctl'},
}
COLUMNS = list(KINDS) + ['other']
# Two lengths, subtracted: setting up and warming up do not count. strace makes a server many times
# slower, so these are shorter than the runs that are timed.
LENGTHS = {'bulk': (1000, 3000), 'pipelined': (2000, 18000), 'pingpong': (500, 2500)}
TOLERANCE = 0.02  # calls of a message: the ends of a run, a peer that was late


def ratio(costs, others):
    """Best rounds and median of the rounds' own ratios, of two lists of costs."""
    median = statistics.median(a / b for a, b in zip(costs, others))
    return f'{min(costs) / min(others):.2f} / {median:.2f}'


def print_rates(variants, cpu, wall):
    """Messages for a second beside the bare server; `cpu` and `wall` hold costs."""
    print('\n### Echo servers\n\nMessages a second, bare epoll = 1.00: best rounds / median of '
          'rounds.\n')
    print('| load | second of | ' + ' | '.join(SERVERS) + ' |')
    print('|---|---|' + '---|' * len(SERVERS))
    for variant in variants:
        for what, results in (("the server's CPU", cpu), ('the clock', wall)):
            costs = results[f'echo/{variant}']
            if 'epoll' not in costs:
                continue
            cells = [ratio(costs['epoll'], costs[name]) if name in costs else '-'
                     for name in SERVERS]
            print(f'| {variant} | {what} | ' + ' | '.join(cells) + ' |')


def print_idle(beside, alone, idle):
    """CPU of a message among `idle` silent connections, against the same server without them."""
    print(f'\n### Echo among {idle} idle connections\n\nCPU of a message with 100 connections '
          'active, without the idle ones = 1.00: best rounds / median of rounds.\n')
    names = [name for name in ['epoll'] + SERVERS if name in beside]
    print('| ' + ' | '.join(names) + ' |\n' + '|---' * len(names) + '|')
    print('| ' + ' | '.join(ratio(beside[name], alone[name]) for name in names) + ' |')


def strace(command):
    """{kind: calls} of a command's first process, or None where that cannot be counted."""
    with tempfile.NamedTemporaryFile(mode='r', suffix='.strace') as out:
        try:
            done = subprocess.run(['strace', '-c', '-U', 'name,calls', '-o', out.name] + command,
                                  capture_output=True, text=True, timeout=120, check=False)
        except FileNotFoundError:
            return None
        if done.returncode != 0:
            return None
        counts = collections.Counter()
        for name, calls in re.findall(r'^(\w+) +(\d+)$', out.read(), re.MULTILINE):
            if name == 'total':
                continue
            kind = next((kind for kind, names in KINDS.items() if name in names), 'other')
            counts[kind] += int(calls)
    return counts


def count_calls(programs, variant):
    """{contestant: {kind: system calls of a message}}"""
    result = {}
    short, long = LENGTHS[variant]
    for name in ['epoll'] + SERVERS:
        program = programs / f'echo-{name}'
        if not program.exists():
            continue
        counts = [strace([program, variant, str(length)]) for length in (short, long)]
        if None not in counts:
            result[name] = {kind: (counts[1][kind] - counts[0][kind]) / (long - short)
                            for kind in COLUMNS}
    return result


def print_calls(calls):
    print('\n### System calls of an echoed message, in steady state\n')
    print('| load | server | ' + ' | '.join(COLUMNS) + ' | sum |')
    print('|---|---|' + '---|' * (len(COLUMNS) + 1))
    for variant, counts in calls.items():
        for name, kinds in counts.items():
            # The difference of two runs may be a hair below nothing.
            cells = [f'{abs(kinds[kind]):.2f}' for kind in COLUMNS]
            print(f'| {variant} | {name} | ' + ' | '.join(cells)
                  + f' | {sum(kinds.values()):.2f} |')


def judge_calls(budget, calls):
    """(what to print as wanted, measured, whether met) of a budget; nothing if not measured."""
    wanted = ', '.join(f'{kind} {most}' for kind, most in budget['at_most'].items())
    kinds = calls.get(budget['variant'], {}).get('evlet')
    if kinds is None:
        return wanted, None, None
    found = ', '.join(f'{kind} {abs(kinds[kind]):.2f}' for kind in budget['at_most'])
    met = all(kinds[kind] <= most + TOLERANCE for kind, most in budget['at_most'].items())
    return wanted, found, met
