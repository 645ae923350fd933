# SPDX-License-Identifier: BSD-3-Clause
"""What run.py says about servers (echo, HTTP) beyond the common tables: rates beside the bare
server, what silent connections cost, the system calls of an operation as strace counts them, and
what a server's heap is.
"""
import collections
import re
import statistics
import subprocess
import tempfile

# An operation's way through a server, by what the kernel is asked for; the rest is 'other'.
KINDS = {
    'receive': {'read', 'readv', 'recvfrom', 'recvmsg', 'preadv', 'recvmmsg'},
    'send': {'write', 'writev', 'sendto', 'sendmsg', 'sendfile', 'sendmmsg', 'splice'},
    'wait': {'epoll_wait', 'epoll_pwait', 'epoll_pwait2', 'poll', 'ppoll', 'select', 'pselect6'},
    'register': {'epoll_ctl'},
}
COLUMNS = list(KINDS) + ['other']
TOLERANCE = 0.02  # calls of an operation: the ends of a run, what is late, what adapts

# `lengths`: two for each load whose system calls are counted. The shorter run is subtracted, so that
# setting up and warming up do not count. strace makes a server many times slower, so these are
# shorter than the runs that are timed.
Workload = collections.namedtuple('Workload', 'title noun peers lengths')
WORKLOADS = {
    'echo': Workload('Echo servers', 'message', ['evlet', 'libevent', 'libuv'],
                     {'bulk': (1000, 3000), 'pipelined': (2000, 18000), 'pingpong': (500, 2500)}),
    'http': Workload('HTTP servers', 'request', ['evlet', 'libevent'],
                     {'keepalive': (1000, 5000), 'single': (500, 2500), 'pipelined': (2000, 18000),
                      'post': (1000, 5000)}),
}
IDLE = 'idle'  # the load of every server that has silent connections
# Loads whose allocations are counted, in runs of their own, and operations.
COUNTED = {'counted': 20000, 'counted-idle': 20000}


def ratio(costs, others):
    """Best rounds and median of the rounds' own ratios, of two lists of costs."""
    median = statistics.median(a / b for a, b in zip(costs, others))
    return f'{min(costs) / min(others):.2f} / {median:.2f}'


def print_rates(name, variants, cpu, wall):
    """Operations for a second beside the bare server; `cpu` and `wall` hold costs."""
    workload = WORKLOADS[name]
    print(f'\n### {workload.title}\n\n{workload.noun.capitalize()}s a second, bare epoll = 1.00: '
          'best rounds / median of rounds.\n')
    print('| load | second of | ' + ' | '.join(workload.peers) + ' |')
    print('|---|---|' + '---|' * len(workload.peers))
    for variant in variants:
        for what, results in (("the server's CPU", cpu), ('the clock', wall)):
            costs = results[f'{name}/{variant}']
            if 'epoll' not in costs:
                continue
            cells = [ratio(costs['epoll'], costs[peer]) if peer in costs else '-'
                     for peer in workload.peers]
            print(f'| {variant} | {what} | ' + ' | '.join(cells) + ' |')


def print_idle(name, beside, alone, idle):
    """CPU of an operation among `idle` silent connections, against the same server without."""
    workload = WORKLOADS[name]
    print(f'\n### {workload.title} with {idle} idle connections\n\nCPU of a {workload.noun} with '
          '100 connections active, without the idle ones = 1.00: best rounds / median of rounds.\n')
    names = [peer for peer in ['epoll'] + workload.peers if peer in beside]
    print('| ' + ' | '.join(names) + ' |\n' + '|---' * len(names) + '|')
    print('| ' + ' | '.join(ratio(beside[peer], alone[peer]) for peer in names) + ' |')


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


def count_calls(programs, name, variant):
    """{contestant: {kind: system calls of an operation}}"""
    result = {}
    short, long = WORKLOADS[name].lengths[variant]
    for peer in ['epoll'] + WORKLOADS[name].peers:
        program = programs / f'{name}-{peer}'
        if not program.exists():
            continue
        counts = [strace([program, variant, str(length)]) for length in (short, long)]
        if None not in counts:
            result[peer] = {kind: (counts[1][kind] - counts[0][kind]) / (long - short)
                            for kind in COLUMNS}
    return result


def print_calls(name, calls):
    """`calls`: {load: {contestant: calls by kind}}"""
    if not any(calls.values()):
        print('left out: system calls: strace is missing or may not trace here')
        return
    print(f'\n### System calls of a {WORKLOADS[name].noun}, in steady state\n')
    print('| load | server | ' + ' | '.join(COLUMNS) + ' | sum |')
    print('|---|---|' + '---|' * (len(COLUMNS) + 1))
    for variant, counts in calls.items():
        for peer, kinds in counts.items():
            # The difference of two runs may be a hair below nothing.
            cells = [f'{abs(kinds[kind]):.2f}' for kind in COLUMNS]
            print(f'| {variant} | {peer} | ' + ' | '.join(cells)
                  + f' | {sum(kinds.values()):.2f} |')


def judge_calls(budget, calls):
    """(what to print as wanted, measured, whether met) of a budget; nothing if not measured."""
    wanted = ', '.join(f'{kind} {most}' for kind, most in budget['at_most'].items())
    kinds = calls.get(f'{budget["workload"]}/{budget["variant"]}', {}).get('evlet')
    if kinds is None:
        return wanted, None, None
    found = ', '.join(f'{kind} {abs(kinds[kind]):.2f}' for kind in budget['at_most'])
    met = all(kinds[kind] <= most + TOLERANCE for kind, most in budget['at_most'].items())
    return wanted, found, met


def count_heap(programs, run_program):
    """{figure: {contestant: value}} of the HTTP servers' heaps."""
    figures = {'allocations': {}, 'program_allocations': {}, 'idle_heap': {}}
    for peer in WORKLOADS['http'].peers:
        program = programs / f'http-{peer}'
        for variant, operations in COUNTED.items():
            numbers = run_program([program, variant, str(operations)]) if program.exists() else None
            if numbers and numbers.get('idle'):
                figures['idle_heap'][peer] = numbers['idle_heap'] / numbers['idle']
            elif numbers:
                for name in ('allocations', 'program_allocations'):
                    figures[name][peer] = numbers[name] / numbers['ops']
    return figures


def peak_heap(downloads):
    """{contestant: bytes} of all rounds of a load."""
    return {peer: max(numbers['peak_heap'] for numbers in rounds)
            for peer, rounds in downloads.items() if rounds}


def print_heap(figures):
    """`figures`: {(load, figure): {contestant: value}}"""
    peers = WORKLOADS['http'].peers
    names = {'allocations': 'allocations of the library for a request',
             'program_allocations': "those of the program's buffer beside them",
             'idle_heap': 'heap of an idle connection, bytes',
             'peak_heap': 'peak heap of a server, bytes'}
    print('\n### Heap of HTTP servers\n')
    print('| load | what | ' + ' | '.join(peers) + ' |\n|---|---|' + '---|' * len(peers))
    for (load, figure), values in figures.items():
        cells = [f'{values[peer]:.2f}'.removesuffix('.00') if peer in values else '-'
                 for peer in peers]
        print(f'| {load} | {names[figure]} | ' + ' | '.join(cells) + ' |')
