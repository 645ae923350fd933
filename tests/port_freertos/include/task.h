/* SPDX-License-Identifier: BSD-3-Clause */
/* Tasks, ticks, critical sections, notifications; see FreeRTOS.h. */
#ifndef INC_TASK_H
#define INC_TASK_H

#include <FreeRTOS.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tskTaskControlBlock *TaskHandle_t;

/* A moment: how often the tick count had wrapped around, and the tick count. */
typedef struct xTIME_OUT {
    BaseType_t xOverflowCount;
    TickType_t xTimeOnEntering;
} TimeOut_t;

BaseType_t xTaskCreate(TaskFunction_t body, const char *name, uint32_t stack_depth, void *argument,
                       UBaseType_t priority, TaskHandle_t *ret_task);
TaskHandle_t xTaskCreateStatic(TaskFunction_t body, const char *name, uint32_t stack_depth,
                               void *argument, UBaseType_t priority, StackType_t *stack,
                               StaticTask_t *storage);
void vTaskDelete(TaskHandle_t task);
void vTaskStartScheduler(void);
TaskHandle_t xTaskGetCurrentTaskHandle(void);

void vTaskDelay(TickType_t ticks);
TickType_t xTaskGetTickCount(void);
void vTaskSetTimeOutState(TimeOut_t *ret_now);

uint32_t ulTaskNotifyTake(BaseType_t clear_on_exit, TickType_t ticks);
BaseType_t xTaskNotifyGive(TaskHandle_t task);
void vTaskNotifyGiveFromISR(TaskHandle_t task, BaseType_t *ret_woken);

void vPortEnterCritical(void);
void vPortExitCritical(void);
UBaseType_t uxPortEnterCriticalFromISR(void);
void vPortExitCriticalFromISR(UBaseType_t state);
void vPortDisableInterrupts(void);
#define taskENTER_CRITICAL() vPortEnterCritical()
#define taskEXIT_CRITICAL() vPortExitCritical()
#define taskENTER_CRITICAL_FROM_ISR() uxPortEnterCriticalFromISR()
#define taskEXIT_CRITICAL_FROM_ISR(state) vPortExitCriticalFromISR(state)
#define taskDISABLE_INTERRUPTS() vPortDisableInterrupts()

#ifdef __cplusplus
}
#endif
#endif
