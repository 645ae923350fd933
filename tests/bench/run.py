#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Runs the benchmark programs of a build directory beside each other and compares.

Contestants take turns, several rounds in one run, in an order that changes from round to round, so
that whatever else the machine does hits all alike. A program measures itself (CPU time of the
process, wall time where the rate of round trips is the question); here only ratios are formed: of
the best rounds, which other load disturbs least, and the median of the rounds' own ratios as a
second opinion. Absolute times are not printed.

    run.py BUILD/tests/bench [--quick] [--strict] [--rounds N] [--only WORKLOAD[/VARIANT]]
                             [--instructions] [--micro] [--raw FILE]
"""
import argparse
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

import server_tables

SKIPPED = 77
CONTESTANTS = ['evlet', 'epoll', 'libevent', 'libev', 'libuv', 'cares']
# What the ratios are made of: nanoseconds for an operation, so less is better for both.
CPU, RATE = 'cpu', 'rate'
TIMES = {CPU: 'cpu_ns', RATE: 'wall_ns'}
# What a budget can be about besides: system calls of an operation, figures of a heap.
CALLS, HEAP = 'calls', ('allocations', 'peak_heap')
# (workload, variant, metric, operations). Runs are short, about a tenth of a second, and many:
# some of them then pass undisturbed on a machine that is shared.
RUNS = [
    ('timers', 'readd', CPU, 1000000),
    ('timers', 'self', CPU, 600000),
    ('timers', 'mixed', CPU, 300000),
    ('timers', 'paced', CPU, 40000),
    ('sockets', 'ring', CPU, 60000),
    ('wakeup', 'pingpong', RATE, 8000),
    ('wakeup', 'flag', RATE, 15000),
    ('wakeup', 'onecpu', CPU, 15000),
    ('wakeup', 'spaced', CPU, 800),
    ('echo', 'bulk', CPU, 4000),
    ('echo', 'pipelined', CPU, 200000),
    ('echo', 'pingpong', CPU, 15000),
    ('echo', 'idle', CPU, 20000),
    ('http', 'wrk', CPU, 100000),
    ('http', 'keepalive', CPU, 15000),
    ('http', 'single', CPU, 10000),
    ('http', 'pipelined', CPU, 60000),
    ('http', 'browser', CPU, 15000),
    ('http', 'post', CPU, 15000),
    ('http', 'idle', CPU, 20000),
    ('download', 'fast', CPU, 1024),
    ('download', 'slow', CPU, 64),
    ('tls', 'bulk', CPU, 150),
    ('tls', 'echo', CPU, 4000),
    ('tls', 'handshake', CPU, 120),
    ('dns', 'parallel', CPU, 10000),
    ('dns', 'single', CPU, 3000),
    ('dns', 'many', CPU, 5000),
    ('dnsparse', 'a60', CPU, 100000),
    ('tags', 'encode', CPU, 300000),
    ('tags', 'decode', CPU, 300000),
]
# Opening ten thousand connections takes longer than what is measured, and a GiB takes a second: half
# as many rounds.
SLOW = ['echo/idle', 'http/idle', 'download/fast', 'download/slow']
# Workloads in which the path taken does not depend on how fast the machine is.
COUNTED = ['timers/readd', 'sockets/ring', 'http/single']


class Failure(Exception):
    """A program that did not do its work."""


def run_program(command):
    """The numbers a program printed, or None if the machine does not allow it."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode == SKIPPED:
        print(f'left out: {" ".join(map(str, command))}: {done.stderr.strip()}')
        return None
    if done.returncode != 0:
        raise Failure(f'{command} ended with {done.returncode}: {done.stderr.strip()}')
    numbers = {key: int(value) for key, value in (line.split() for line in
                                                  done.stdout.splitlines())}
    if 'ops' not in numbers:
        raise Failure(f'{command} ended without a result: {done.stderr.strip()}')
    return numbers


def measure(programs, run, rounds):
    """{contestant: [numbers of each round]}"""
    workload, variant, _, operations = run
    here = [name for name in CONTESTANTS if (programs / f'{workload}-{name}').exists()]
    results = {name: [] for name in here}
    if f'{workload}/{variant}' in SLOW:
        rounds = (rounds + 1) // 2
    for turn in range(rounds):
        start = turn % len(here) if here else 0
        for name in here[start:] + here[:start]:
            if name not in results:
                continue
            numbers = run_program([programs / f'{workload}-{name}', variant, str(operations)])
            if numbers is None:
                del results[name]
            else:
                results[name].append(numbers)
    return results


def costs_of(results, key):
    """{contestant: [cost of an operation in each round]} by one of the times that were taken."""
    return {name: [numbers[key] / numbers['ops'] for numbers in rounds]
            for name, rounds in results.items() if all(key in numbers for numbers in rounds)}


def instructions_of(command, pattern):
    """What a counter says of a program's first process, or None."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          text=True) as process:
        try:
            said = process.communicate(timeout=600)[1]
        except subprocess.TimeoutExpired:
            process.kill()
            return None
    found = re.search(pattern.format(pid=process.pid), said, re.MULTILINE)
    return int(found.group(1)) if process.returncode == 0 and found else None


def instruction_counter():
    """Perf where the machine lets it count, or else callgrind: [command], pattern of the count."""
    perf = ['perf', 'stat', '-i', '-x,', '-e', 'instructions:u']
    callgrind = ['valgrind', '--tool=callgrind', '--callgrind-out-file=/dev/null']
    for command, pattern in ((perf, r'^(\d+),[^,]*,instructions'),
                             (callgrind, r'^=={pid}== Collected : (\d+)')):
        try:
            if instructions_of(command + ['true'], pattern):
                return command, pattern
        except FileNotFoundError:
            continue
    return None, None


def count_instructions(programs, run, counter):
    """{contestant: [instructions of an operation]}: two runs of different length, subtracted, so
    that setting up does not count."""
    workload, variant, _, operations = run
    command, pattern = counter
    counts = {}
    for name in CONTESTANTS:
        program = programs / f'{workload}-{name}'
        if not program.exists():
            continue
        totals = [instructions_of(command + [program, variant, str(length)], pattern)
                  for length in (operations // 4, operations // 2)]
        if None not in totals:
            counts[name] = [(totals[1] - totals[0]) / (operations // 4)]
    return counts


def best_ratio(costs, name, other):
    return min(costs[name]) / min(costs[other])


def median_ratio(costs, name, other):
    return statistics.median(a / b for a, b in zip(costs[name], costs[other]))


def print_comparison(title, results):
    """One row a workload; each contestant's cost with Evlet's as 1."""
    print(f'\n### {title}\n\nCost of an operation, Evlet = 1.00; above 1 Evlet is cheaper.\n')
    print('| workload | ' + ' | '.join(CONTESTANTS[1:]) + ' |')
    print('|---|' + '---|' * (len(CONTESTANTS) - 1))
    for name, costs in results.items():
        if 'evlet' not in costs:
            print(f'| {name} | Evlet was left out |' + ' |' * (len(CONTESTANTS) - 2))
            continue
        cells = [f'{best_ratio(costs, other, "evlet"):.2f}' if other in costs else '-'
                 for other in CONTESTANTS[1:]]
        print(f'| {name} | ' + ' | '.join(cells) + ' |')


def judge_cost(budget, costs):
    """Best and median ratio, and whether each is within budget; nothing if not measured."""
    if 'evlet' not in costs or budget['against'] not in costs:
        return None
    pair = ('evlet', budget['against'])
    if 'at_least' in budget:  # of a rate, which is the inverse of a cost
        pair = pair[::-1]
    ratios = [best_ratio(costs, *pair), median_ratio(costs, *pair)]
    return ratios, [ratio <= budget['at_most'] if 'at_most' in budget else
                    ratio >= budget['at_least'] for ratio in ratios]


def judge_heap(budget, heap):
    """As server_tables.judge_calls()."""
    most = budget['at_most']
    values = heap.get((f'{budget["workload"]}/{budget["variant"]}', budget['metric']), {})
    if 'evlet' not in values:
        return most, None, None
    found = f'{values["evlet"]:.2f}'.removesuffix('.00')
    return most, found, values['evlet'] <= most + server_tables.TOLERANCE


def judge(budgets, results, calls, heap):
    """Prints the table of budgets; the number that are missed."""
    missed = 0
    print('\n### Budgets\n')
    print('| budget | against | wanted | best rounds | median of rounds | |')
    print('|---|---|---|---|---|---|')
    for budget in budgets:
        if budget['metric'] == CALLS or budget['metric'] in HEAP:
            wanted, found, met = (server_tables.judge_calls(budget, calls)
                                  if budget['metric'] == CALLS else judge_heap(budget, heap))
            missed += met is False
            verdict = 'not measured' if met is None else 'met' if met else 'MISSED'
            print(f'| {budget["name"]} | - | at most {wanted} | {found or "-"} | - | {verdict} |')
            continue
        wanted = ('at most {at_most:.2f}' if 'at_most' in budget else
                  'at least {at_least:.2f}').format(**budget)
        row = f'| {budget["name"]} | {budget["against"]} | {wanted} '
        judged = judge_cost(budget, results.get(f'{budget["workload"]}/{budget["variant"]}', {}))
        if judged is None:
            print(row + '| - | - | not measured |')
            continue
        (best, median), verdicts = judged
        missed += not verdicts[0]
        verdict = 'met' if verdicts[0] else 'MISSED'
        if verdicts[0] != verdicts[1]:
            verdict += ', undecided: the median disagrees'
        print(f'{row}| {best:.2f} | {median:.2f} | {verdict} |')
    return missed


def micro_costs(programs, name, quick):
    """{benchmark: CPU time} of one run of a Google Benchmark program."""
    with tempfile.NamedTemporaryFile(suffix='.json') as out:
        subprocess.run([programs / f'micro-{name}', f'--benchmark_out={out.name}',
                        '--benchmark_out_format=json',
                        f'--benchmark_min_time={0.02 if quick else 0.1}'],
                       check=True, capture_output=True, timeout=300)
        report = json.load(out)
    broken = [entry['name'] for entry in report['benchmarks'] if entry.get('error_occurred')]
    if broken:
        raise Failure(f'micro-{name}: {", ".join(broken)}')
    return {entry['name']: entry['cpu_time'] for entry in report['benchmarks']}


def measure_micro(programs, rounds, quick):
    """{benchmark: {contestant: [CPU time of each round]}}"""
    results = {}
    here = [name for name in ('evlet', 'libevent') if (programs / f'micro-{name}').exists()]
    for turn in range(rounds):
        for name in here if turn % 2 == 0 else here[::-1]:
            for benchmark, time in micro_costs(programs, name, quick).items():
                results.setdefault(benchmark, {}).setdefault(name, []).append(time)
    return results


def print_micro(results):
    print('\n### Single calls\n\nCPU time with Evlet = 1.00; above 1 Evlet is cheaper.\n')
    print('| call | libevent |\n|---|---|')
    for name, costs in results.items():
        cell = f'{best_ratio(costs, "libevent", "evlet"):.2f}' if len(costs) == 2 else '-'
        print(f'| {name} | {cell} |')


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('programs', type=pathlib.Path, help='BUILD/tests/bench')
    parser.add_argument('--quick', action='store_true',
                        help='five rounds of half the length instead of 31')
    parser.add_argument('--strict', action='store_true', help='exit 1 when a budget is missed')
    parser.add_argument('--rounds', type=int, help='how often each contestant runs')
    parser.add_argument('--only', metavar='WORKLOAD[/VARIANT]', help='leave out all others')
    parser.add_argument('--instructions', action='store_true',
                        help='also count instructions in user space')
    parser.add_argument('--micro', action='store_true', help='also compare single calls')
    parser.add_argument('--raw', metavar='FILE', type=pathlib.Path,
                        help='write all numbers as JSON')
    return parser.parse_args()


def selected(run, only):
    return not only or only in (run[0], f'{run[0]}/{run[1]}')


def print_servers(programs, workload, numbers, results):
    """Prints what concerns servers alone; {load: {contestant: calls by kind}}."""
    variants = [name.split('/')[1] for name in results if name.startswith(f'{workload}/')]
    busy = [variant for variant in variants if variant != server_tables.IDLE]
    idle_name = f'{workload}/{server_tables.IDLE}'
    counted = [variant for variant in busy
               if variant in server_tables.WORKLOADS[workload].lengths]
    if busy:
        walls = {name: costs_of(found, TIMES[RATE]) for name, found in numbers.items()}
        server_tables.print_rates(workload, busy, results, walls)
    if results.get(idle_name):
        found = numbers[idle_name]
        idle = min(rounds[0]['idle'] for rounds in found.values())
        server_tables.print_idle(workload, results[idle_name], costs_of(found, 'alone_cpu_ns'),
                                 idle)
        alone = costs_of(found, 'alone_cpu_ns')
        if 'evlet' in alone:  # a server that is its own measure
            results[idle_name]['alone'] = alone['evlet']
    calls = {variant: server_tables.count_calls(programs, workload, variant)
             for variant in counted}
    if counted:
        server_tables.print_calls(workload, calls)
    return {f'{workload}/{variant}': counts for variant, counts in calls.items()}


def measure_heap(programs, numbers):
    """Prints and returns {(load, figure): {contestant: value}}."""
    heap = {}
    if 'http/keepalive' in numbers or 'http/idle' in numbers:
        figures = server_tables.count_heap(programs, run_program)
        for name in ('allocations', 'program_allocations'):
            heap['http/keepalive', name] = figures[name]
        heap['http/idle', 'idle_heap'] = figures['idle_heap']
    for name in ('download/fast', 'download/slow'):
        if name in numbers:
            heap[name, 'peak_heap'] = server_tables.peak_heap(numbers[name])
    if heap:
        server_tables.print_heap(heap)
    return heap


def main():
    arguments = parse_arguments()
    programs = arguments.programs
    here = pathlib.Path(__file__).resolve().parent
    about = json.loads((programs / 'contestants.json').read_text())
    runs = [run for run in RUNS if selected(run, arguments.only)]
    quick = arguments.quick or 'EVLET_BENCH_SHORT' in os.environ
    rounds = arguments.rounds or (3 if quick else 31)
    if not runs:
        sys.exit(f'there is no workload {arguments.only}')
    print(f'Optimisation {about["optimization"]}, {rounds} rounds, '
          f'{len(os.sched_getaffinity(0))} processors')
    for name, why in about['left_out'].items():
        print(f'left out: {name}: {why}')
    if quick:
        runs = [run[:3] + (run[3] // 2,) for run in runs]
    numbers = {f'{run[0]}/{run[1]}': measure(programs, run, rounds) for run in runs}
    results = {f'{run[0]}/{run[1]}': costs_of(numbers[f'{run[0]}/{run[1]}'], TIMES[run[2]])
               for run in runs}
    print_comparison('Best rounds', results)
    calls = {}
    for workload in server_tables.WORKLOADS:
        calls |= print_servers(programs, workload, numbers, results)
    heap = measure_heap(programs, numbers)
    if arguments.instructions:
        counter = instruction_counter()
        if counter[0]:
            counted = {f'{run[0]}/{run[1]}': count_instructions(programs, run, counter)
                       for run in runs if f'{run[0]}/{run[1]}' in COUNTED}
            print_comparison(f'Instructions in user space ({counter[0][0]})', counted)
        else:
            print('left out: instructions: neither perf nor callgrind can count here')
    if arguments.micro:
        results_micro = measure_micro(programs, rounds, quick)
        print_micro(results_micro)
    budgets = [budget for budget in json.loads((here / 'budgets.json').read_text())
               if f'{budget["workload"]}/{budget["variant"]}' in results]
    missed = judge(budgets, results, calls, heap)
    if arguments.raw:
        arguments.raw.write_text(json.dumps(results, indent=1))
    return 1 if missed and arguments.strict else 0


if __name__ == '__main__':
    try:
        sys.exit(main())
    except Failure as failure:
        sys.exit(f'error: {failure}')
