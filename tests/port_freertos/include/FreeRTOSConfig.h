/* SPDX-License-Identifier: BSD-3-Clause */
/* The configuration of the kernel on the host. A test may give other values with -D. */
#ifndef FREERTOS_CONFIG_H
#define FREERTOS_CONFIG_H

/* As firmwares write it, with a cast; it is nothing that #if could look at. */
#ifndef HOST_TICK_RATE_HZ
#define HOST_TICK_RATE_HZ 1000
#endif
#define configTICK_RATE_HZ ((TickType_t)HOST_TICK_RATE_HZ)

#ifndef configUSE_16_BIT_TICKS
#define configUSE_16_BIT_TICKS 0
#endif
/* What the tick count is when the kernel starts. */
#ifndef configINITIAL_TICK_COUNT
#define configINITIAL_TICK_COUNT 0
#endif

#define configUSE_PREEMPTION 1
#define configMAX_PRIORITIES 5
#define configMINIMAL_STACK_SIZE 4096
#define configMAX_TASK_NAME_LEN 16
#define configSUPPORT_STATIC_ALLOCATION 1
#define configSUPPORT_DYNAMIC_ALLOCATION 1
#define configUSE_MUTEXES 1
#define configUSE_RECURSIVE_MUTEXES 1
#define configUSE_TASK_NOTIFICATIONS 1

#define INCLUDE_vTaskDelay 1
#define INCLUDE_vTaskDelete 1
#define INCLUDE_vTaskSuspend 1
#define INCLUDE_xTaskGetCurrentTaskHandle 1

#endif
