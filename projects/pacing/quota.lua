-- The shared state of one account at the endpoint. Each question is one run of this script, so each is atomic;
-- all times are microseconds of the server's own clock, so the clocks of the machines do not matter.
--
-- KEYS  1 hash: pace and pause  2 sorted set: slot -> end of its lease
--       3 sorted set: waiting for a slot -> until when  4 sorted set: process -> end of its lease
-- ARGV  1 the question  2 slots  3 set requests per minute, 0 for none  4 lease of a slot
--       5 ... what the question needs

local SECOND, MINUTE = 1000000, 60000000
local KEPT_S = 7 * 86400             -- a pace that nobody asks for is forgotten after a week
local SHARE = 178 / 180              -- of the rate is used: the rest takes up the jitter of the way to the endpoint
local CATCH_UP = SECOND / 10         -- who asks late by less than this has lost no time; by more, was idle
local STALE = SECOND / 2             -- a reservation that nobody used for so long is void
local TOO_FAR = 64                   -- intervals: a reservation further ahead comes from a clock that was set back
local PAUSE_MIN, PAUSE_MAX, BACKOFF_MAX = SECOND / 2, 900 * SECOND, 60 * SECOND
local LOWER, LOWEST = 0.8, 1
local LEARN_LEAST = 60               -- requests per minute: fewer calls than this teach nothing about the rate

local slots_key, waiting_key, processes_key = KEYS[2], KEYS[3], KEYS[4]
local limit, set, LEASE = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local time = redis.call('TIME')
local now = time[1] * SECOND + time[2]

-- next: when the next turn may begin. last, before: the latest reservation and what `next` was before it.
-- rate: the lowered rate, 0 while it is not lowered; cut, risen: when it last changed. top: where a learned rate
-- ends. told: the last 429 that counted. granted: the last turn that was used. epoch: reservations of another one
-- are void. previous, count: calls begun in the minute before `since`, and after it.
local FIELDS = {'next', 'last', 'before', 'granted', 'rate', 'top', 'pause', 'strikes', 'told', 'cut',
    'risen', 'epoch', 'previous', 'count', 'since'}
local state = {}
for index, value in ipairs(redis.call('HMGET', KEYS[1], unpack(FIELDS))) do
    state[FIELDS[index]] = tonumber(value or 0)
end
if state.epoch == 0 then state.epoch = now end
-- What lies further ahead than anybody writes comes from a clock that was set back.
if state.pause > now + PAUSE_MAX then state.pause = now end
for _, name in ipairs({'granted', 'told', 'cut', 'risen', 'since'}) do
    state[name] = math.min(state[name], now)
end

local function keep_state()
    local written = {}
    for _, name in ipairs(FIELDS) do
        written[#written + 1] = name
        written[#written + 1] = string.format('%.17g', state[name])
    end
    redis.call('HSET', KEYS[1], unpack(written))
    redis.call('EXPIRE', KEYS[1], KEPT_S)
end

local function rate()
    if state.rate == 0 then return set end
    return set > 0 and math.min(set, state.rate) or state.rate
end

local function interval()
    local present = rate()
    return present > 0 and MINUTE / (present * SHARE) or 0
end

-- Slots.

local function forget_the_dead()
    for _, key in ipairs({slots_key, waiting_key, processes_key}) do
        redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
        redis.call('ZREMRANGEBYSCORE', key, now + LEASE + 5 * MINUTE, '+inf')
    end
end

local function lend(slot)
    redis.call('ZADD', slots_key, now + LEASE, slot)
    redis.call('EXPIRE', slots_key, KEPT_S)
end

-- An extra slot may be one more than there are.
local function most(slot)
    return slot:sub(1, 6) == 'extra-' and limit + 1 or limit
end

-- True when the slot is still this holder's, or can be again.
local function holds(slot)
    local ends = redis.call('ZSCORE', slots_key, slot)
    if ends and tonumber(ends) > now then return true end
    forget_the_dead()
    if redis.call('ZCARD', slots_key) >= most(slot) then return false end
    lend(slot)
    return true
end

-- Free places go to those who wait, the longest waiting first; each hears its own bell.
local function hand_over()
    while redis.call('ZCARD', slots_key) < limit do
        local first = redis.call('ZPOPMIN', waiting_key)[1]
        if not first then return end
        lend(first)
        local bell = KEYS[1] .. ':bell:' .. first
        redis.call('RPUSH', bell, 1)
        redis.call('PEXPIRE', bell, math.ceil(LEASE / 1000))
    end
end

local function earliest_end()
    local first = redis.call('ZRANGE', slots_key, 0, 0, 'WITHSCORES')
    return first[2] and tonumber(first[2]) - now or 0
end

-- Turns.

local function reserve()
    local gap = interval()
    if state.next > math.max(now, state.pause) + TOO_FAR * gap + MINUTE then state.next = now end
    local start = math.ceil(math.max(now, state.next, state.pause))
    state.before, state.last = state.next, start
    local late = state.next < now and state.next > now - CATCH_UP
    state.next = (late and state.next or start) + gap
    return start
end

local function grant()
    local age = now - state.since
    if age > 2 * MINUTE then
        state.previous, state.count, state.since = 0, 0, now
    elseif age > MINUTE then
        state.previous, state.count, state.since = state.count, 0, state.since + MINUTE
    end
    state.count, state.granted = state.count + 1, now
end

-- A minute of calls that went through, without a 429, gives a step of the rate back.
local function rise(clean_age)
    if clean_age < 0 or now - clean_age <= state.told then return end
    state.strikes = 0
    if state.rate == 0 or now - state.risen < MINUTE or now - clean_age <= state.risen then return end
    state.rate = state.rate + (set > 0 and 1 or math.max(1, state.rate / 20))
    state.risen = now
    if state.rate >= (set > 0 and set or state.top) then state.rate = 0 end
end

-- Calls begun in the last minute: where the endpoint counts a minute, no more than this are allowed.
local function observed()
    local part = (now - state.since) / MINUTE
    return state.count * math.min(1, math.max(2 - part, 0)) + state.previous * math.max(1 - part, 0)
end

-- Once a minute at most: what the endpoint counts of the minute before goes on for a minute.
local function lower()
    if now - state.cut < MINUTE then return end
    local present = rate()
    if present == 0 then
        present = math.max(observed(), LEARN_LEAST)
        state.top = 2 * present
    elseif state.previous > 0 or now - state.since > MINUTE * 0.8 then
        present = math.min(present, math.max(observed(), LEARN_LEAST))
    end
    state.rate, state.cut = math.max(present * LOWER, LOWEST), now
end

local ask = {}

-- slot, longest wait. -> 1 it is held, or 0 and when to ask again
function ask.hold(slot, wait)
    redis.call('ZREM', waiting_key, slot)
    if holds(slot) then return {1, 0} end
    if tonumber(wait) > 0 then
        redis.call('ZADD', waiting_key, now + wait, slot)
        redis.call('PEXPIRE', waiting_key, math.ceil(wait / 1000) + 60000)
    end
    return {0, earliest_end()}
end

-- slot; its turn that was not used, or 0; the turn's epoch
function ask.release(slot, start, epoch)
    if tonumber(epoch) == state.epoch and tonumber(start) > 0 and tonumber(start) == state.last then
        state.next, state.last = state.before, 0
        keep_state()
    end
    forget_the_dead()
    redis.call('ZREM', slots_key, slot)
    hand_over()
    return {}
end

-- process, its slots. -> the processes that live, then the slots that others have
function ask.renew(process, ...)
    forget_the_dead()
    redis.call('ZADD', processes_key, now + LEASE, process)
    redis.call('EXPIRE', processes_key, KEPT_S)
    local answer = {redis.call('ZCARD', processes_key)}
    for _, slot in ipairs({...}) do
        if holds(slot) then lend(slot) else answer[#answer + 1] = slot end
    end
    hand_over()
    return answer
end

-- slot; the reservation it comes with, or 0; its epoch; 1: reserve one more for the next in line;
-- age of the youngest call that went through, or -1; 1: where there is a limit or a pause, wait without a reservation
-- -> 1 go, 0 wait, -1 the slot is lost; start, wait; the next one's start and wait, or 0 0; epoch; pause; rate
function ask.turn(slot, held, epoch, more, clean_age, at_once)
    if not holds(slot) then return {-1, 0, 0, 0, 0, state.epoch, 0, ''} end
    rise(tonumber(clean_age))
    if at_once == '1' and (interval() > 0 or now < state.pause) then
        keep_state()
        return {0, 0, 0, 0, 0, state.epoch, math.max(state.pause - now, 0), string.format('%.17g', rate())}
    end
    local start = tonumber(held)
    if tonumber(epoch) ~= state.epoch or start < now - STALE or now < state.pause then start = reserve() end
    local go, following = start <= now, 0
    if go then
        grant()
        if more == '1' then following = reserve() end
    end
    keep_state()
    return {go and 1 or 0, start, math.max(start - now, 0), following, math.max(following - now, 0),
        state.epoch, math.max(state.pause - now, 0), string.format('%.17g', rate())}
end

-- age of the call that was told to wait; the wait asked for, or -1; the reason. -> pause, rate
function ask.busy(age, asked, why, lowers)
    asked = tonumber(asked)
    -- Calls that had begun before the last 429 say nothing new, however many they are.
    local new = now - age > state.told + SECOND / 4
    if new then
        if lowers == '1' then lower() end
        state.strikes = math.min(state.strikes + 1, 10)
        state.told, state.risen = now, now
    end
    local wait = 0
    if asked >= 0 then
        wait = math.min(math.max(asked, PAUSE_MIN), PAUSE_MAX)
    elseif new then
        wait = math.min(SECOND * 2 ^ (state.strikes - 1), BACKOFF_MAX)
    end
    if new or now + wait > state.pause then
        state.pause = math.max(state.pause, now + wait)
        state.next = math.max(state.pause, state.granted + interval())
        state.last, state.epoch = 0, state.epoch + 1
        redis.call('HSET', KEYS[1], 'why', why)
    end
    keep_state()
    return {math.max(state.pause - now, 0), string.format('%.17g', rate())}
end

-- -> pause, rate, slots in use, processes that live, reason
function ask.look()
    return {math.max(state.pause - now, 0), string.format('%.17g', rate()),
        redis.call('ZCOUNT', slots_key, now, '+inf'), redis.call('ZCOUNT', processes_key, now, '+inf'),
        redis.call('HGET', KEYS[1], 'why') or ''}
end

return ask[ARGV[1]](unpack(ARGV, 5))
