/* SPDX-License-Identifier: BSD-3-Clause */
/* The client of rpc-status: one call, or two one after the other, on one connection. */
#include "rpc-status.h"

#include <event2/event.h>
#include <event2/http.h>
#include <event2/rpc_struct.h>

#include <stdio.h>

#define PATIENCE_SECONDS 5

EVRPC_GENERATE(Status, status_query, status_report)
EVRPC_GENERATE(Rename, rename_query, rename_result)

struct asking {
    struct event_base *base;
    struct evrpc_pool *pool;
    struct status_query *query;
    struct status_report *report;
    struct rename_query *new_name;
    struct rename_result *renamed;
    int exit_status;
};

static void end(struct asking *asking, int exit_status) {
    asking->exit_status = exit_status;
    event_base_loopbreak(asking->base);
}

/* Whether the call has brought its reply. */
static int has_reply(const struct evrpc_status *status) {
    static const char *const why[] = {"", "no answer", "the answer is an error, or no message",
                                      "the call could not be made", "refused"};

    if (status->error != EVRPC_STATUS_ERR_NONE)
        fprintf(stderr, "rpc-status: %s\n", why[status->error]);
    return status->error == EVRPC_STATUS_ERR_NONE;
}

static void on_report(struct evrpc_status *status, struct status_query *query,
                      struct status_report *report, void *arg) {
    int at;

    (void)query;
    if (!has_reply(status)) {
        end(arg, 1);
        return;
    }
    printf("device %s, up %.3f s, %lu calls\n", report->device_data,
           (double)report->uptime_ms_data / 1e3, (unsigned long)report->calls_data);
    for (at = 0; at < EVTAG_ARRAY_LEN(report, sensors); at++) {
        struct sensor_value *value;

        if (EVTAG_ARRAY_GET(report, sensors, at, &value) == 0)
            printf("%s %.3f\n", value->name_data, (double)value->micros_data / 1e6);
    }
    end(arg, 0);
}

static void make_query(struct asking *asking) {
    if (EVRPC_MAKE_REQUEST(Status, asking->pool, asking->query, asking->report, on_report,
                           asking) != 0) {
        fputs("rpc-status: no memory\n", stderr);
        end(asking, 1);
    }
}

static void on_renamed(struct evrpc_status *status, struct rename_query *query,
                       struct rename_result *result, void *arg) {
    if (!has_reply(status)) {
        end(arg, 1);
    } else if (result->accepted_data != 1) {
        fprintf(stderr, "rpc-status: '%s' is no name for a device\n", query->device_data);
        end(arg, 1);
    } else {
        if (EVTAG_HAS(result, before))
            printf("was %s\n", result->before_data);
        make_query(arg);
    }
}

/* The messages and the connection; 0, or -1 without memory. */
static int prepare(struct asking *asking, const char *address, unsigned short port,
                   const char *sensor, const char *name) {
    struct evhttp_connection *connection;

    asking->query = status_query_new();
    asking->report = status_report_new();
    asking->new_name = rename_query_new();
    asking->renamed = rename_result_new();
    asking->pool = evrpc_pool_new(asking->base);
    if (asking->query == NULL || asking->report == NULL || asking->new_name == NULL ||
        asking->renamed == NULL || asking->pool == NULL ||
        (sensor != NULL && EVTAG_ASSIGN(asking->query, sensor, sensor) != 0) ||
        (name != NULL && EVTAG_ASSIGN(asking->new_name, device, name) != 0))
        return -1;
    connection = evhttp_connection_base_new(asking->base, NULL, address, port);
    if (connection == NULL)
        return -1;
    evrpc_pool_set_timeout(asking->pool, PATIENCE_SECONDS);
    evrpc_pool_add_connection(asking->pool, connection);
    return 0;
}

int ask(struct event_base *base, const char *address, unsigned short port, const char *sensor,
        const char *name) {
    struct asking asking = {base, NULL, NULL, NULL, NULL, NULL, 1};

    if (prepare(&asking, address, port, sensor, name) != 0) {
        fputs("rpc-status: no memory\n", stderr);
    } else if (name == NULL) {
        make_query(&asking);
        event_base_dispatch(base);
    } else if (EVRPC_MAKE_REQUEST(Rename, asking.pool, asking.new_name, asking.renamed, on_renamed,
                                  &asking) == 0) {
        event_base_dispatch(base);
    }
    if (asking.pool != NULL)
        evrpc_pool_free(asking.pool);
    status_query_free(asking.query);
    status_report_free(asking.report);
    rename_query_free(asking.new_name);
    rename_result_free(asking.renamed);
    return asking.exit_status;
}
