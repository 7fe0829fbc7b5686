/* SPDX-License-Identifier: MIT */
/*
 * The bridge from the trap engine to Ruby: which block a trap asks, and the
 * one way in which a block is run from the SIGSYS handler.
 */
#pragma once

#include <mruby.h>
#include <stdint.h>

#include "trap.h"

/* scmp_bridge_set_block() - the block of the rule `id`; kept from the collector */
void scmp_bridge_set_block(mrb_state *mrb, uint16_t id, mrb_value block);

/* scmp_bridge_run() - the handler's scmp_run_block: asks the rule's block, else on_trap's */
void scmp_bridge_run(struct scmp_call *call);

/*
 * scmp_bridge_wait() - keep the block that is asked with the call's result
 * Return: its number, for scmp_call.then; not 0
 */
uint32_t scmp_bridge_wait(mrb_state *mrb, const struct scmp_call *call, mrb_value block);

/* scmp_bridge_on_fault() - who is told of an exception in a block: file, line and text */
typedef void (*scmp_bridge_fault)(const char *file, int line, const char *text);
void scmp_bridge_on_fault(scmp_bridge_fault report);

/* scmp_bridge_refresh() - in an ordinary process: give an armed handler the table of all
 * rules so far, as more are about to be loaded. Return: 0 or -ENOMEM. */
int scmp_bridge_refresh(void);
