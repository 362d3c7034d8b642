"""Mistakes that would break the guarantee, each as a change of one place, and the test that must catch it."""

from __future__ import annotations

from dataclasses import dataclass

DISK = "tests/store/test_disk_faults.py"
JOURNAL = "tests/store/test_journal.py"
ARCHIVE = "tests/store/test_archive.py"
FAULTS = "tests/journeys/test_faults.py"
DELETIONS = "tests/store/test_deletions.py"
FOLLOWER = "tests/collect/test_irc_follower.py"
LINK = "tests/collect/test_irc_link.py"
LIVE = "tests/collect/test_twitch_live.py"


@dataclass(frozen=True, slots=True)
class Mutant:
    """One planted mistake.

    Attributes
    ----------
    name : str
        What is wrong.
    file : str
        Under ``src/hubbub``.
    old, new : str
        What stands there once, and what is put in its place.
    test : str
        What must fail.
    """

    name: str
    file: str
    old: str
    new: str
    test: str


MUTANTS = (
    Mutant(
        "no fsync of the journal", "store/journal_database.py",
        '"pragma synchronous = full"', '"pragma synchronous = off"', f"{DISK}::test_what_counts_is_on_the_disk",
    ),
    Mutant(
        "fsync only now and then", "store/journal_database.py",
        '"pragma synchronous = full"', '"pragma synchronous = normal"', f"{DISK}::test_what_counts_is_on_the_disk",
    ),
    Mutant(
        "acknowledged before the commit", "store/journal.py",
        "        made = self._rows.make(taken, first)\n",
        "        made = self._rows.make(taken, first)\n"
        "        if self._on_durable is not None:\n"
        "            self._on_durable(self.durable_sequence + len(taken), 0.0)\n",
        f"{DISK}::test_what_counts_is_on_the_disk",
    ),
    Mutant(
        "a failed fsync taken as done", "store/journal.py",
        "            self._database.renew()\n", "", f"{DISK}::test_what_counts_is_on_the_disk",
    ),
    Mutant(
        "the new log not synced after a failed fsync", "store/journal_database.py",
        "connection.execute(\"insert or replace into state values ('renewed', ?)\", (time.time_ns(),))\n",
        "pass\n", f"{DISK}::test_what_counts_is_on_the_disk",
    ),
    Mutant(
        "a failed commit swallowed", "store/journal_database.py",
        '                connection.execute("rollback")\n        raise\n',
        '                connection.execute("rollback")\n', f"{DISK}::test_what_counts_is_on_the_disk",
    ),
    Mutant(
        "dedupe on the type of a notice", "store/journal_rows.py",
        "        if not message_id:\n", "        message_id = event or message_id\n        if not message_id:\n",
        f"{JOURNAL}::test_notices_of_one_type_are_all_kept",
    ),
    Mutant(
        "dedupe within a stream left out", "store/admission.py",
        'fresh = fresh.join(known.select("message_id"), on="message_id", how="anti", maintain_order="left")',
        "pass", f"{JOURNAL}::test_compaction_twice",
    ),
    Mutant(
        "text that is not UTF-8 ignored", "store/journal_rows.py",
        'decode("utf-16", "replace")', 'decode("utf-16", "ignore")', f"{JOURNAL}::test_hostile_rows",
    ),
    Mutant(
        "closed before the writer has ended", "store/journal.py",
        "        self._thread.join(timeout + 60)\n", "", f"{JOURNAL}::test_closing_writes_what_is_pending",
    ),
    Mutant(
        "an unbounded queue", "store/journal.py",
        "room = self._max_pending - (self._sequence - self.durable_sequence)", "room = len(rows)",
        f"{JOURNAL}::test_append_waits",
    ),
    Mutant(
        "the manifest before the data", "store/archive.py",
        "            file.flush()\n            os.fsync(file.fileno())\n        self._forget_file",
        "            file.flush()\n        self._forget_file", f"{ARCHIVE}::test_files_and_folders_are_on_disk",
    ),
    Mutant(
        "no fsync of the folders", "store/archive.py",
        "            sync_folder(folder)\n        after", "            pass\n        after",
        f"{ARCHIVE}::test_files_and_folders_are_on_disk",
    ),
    Mutant(
        "no fsync of the manifest's folder", "store/manifest.py",
        "    on_replaced()\n    sync_folder(target.parent)\n", "    on_replaced()\n",
        f"{ARCHIVE}::test_files_and_folders_are_on_disk",
    ),
    Mutant(
        "files of a published change removed when its folder could not be synced", "store/archive.py",
        "        if self._is_replaced:\n", "        if False:\n",
        f"{ARCHIVE}::test_a_manifest_whose_folder_could_not_be_synced",
    ),
    Mutant(
        "journal rows deleted before they are published", "store/compaction.py",
        "    change.then(lambda: journal.remove(marks))\n", "    journal.remove(marks)\n",
        f"{JOURNAL}::test_a_compaction_that_is_not_published",
    ),
    Mutant(
        "rows that came during a compaction deleted with it", "store/journal_database.py",
        '"delete from rows where sequence <= ?", (marks.rows,)', '"delete from rows"',
        f"{JOURNAL}::test_compaction_goes_on_beside_the_writer",
    ),
    Mutant(
        "a second writer let in", "store/journal_lock.py",
        "        try:\n            self._take()\n", "        try:\n            pass\n",
        f"{JOURNAL}::test_a_second_writer",
    ),
    Mutant(
        "a gap not recorded", "store/compaction.py",
        "    _keep_gaps(change, journal.gaps(marks.gaps))\n", "", f"{JOURNAL}::test_what_is_told_of_a_stream_and_gaps",
    ),
    Mutant(
        "names in clear in the journal", "store/journal_rows.py",
        "viewer = self._viewers[key] = viewer_id(self._key, *key)", "viewer = self._viewers[key] = str(row.author)",
        f"{JOURNAL}::test_no_name_is_in_the_journal",
    ),
    Mutant(
        "deletions not honored at once", "store/journal_database.py",
        "            self._take_back(removal)\n", "            pass\n", f"{JOURNAL}::test_a_deletion_takes_the_text",
    ),
    Mutant(
        "a deletion that comes first forgotten", "store/deletions.py",
        'named = deletions["reply_to"].drop_nulls()\n', 'named = deletions["reply_to"].clear()\n', DELETIONS,
    ),
    Mutant(
        "who was forgotten let back in", "store/journal.py",
        "            if gone:\n", "            if False:\n", f"{JOURNAL}::test_who_is_forgotten",
    ),
    Mutant(
        "rows of the journal not checked", "store/journal_database.py",
        "        if checksum(*row[:5]) == written:\n", "        if True:\n",
        f"{JOURNAL}::test_a_row_whose_bytes_changed",
    ),
    Mutant(
        "files of the archive not checked", "store/manifest.py",
        "        if checksum_of(file) != part.crc32:\n", "        if False:\n",
        f"{FAULTS}::test_torn_and_flipped_bytes[messages]",
    ),
    Mutant(
        "acknowledged rows that are gone not told", "store/compaction.py",
        "    return max(acknowledged(archive.path) - journal.marks().rows, 0)\n", "    return 0\n",
        f"{FAULTS}::test_torn_and_flipped_bytes[journal.sqlite-wal]",
    ),
    Mutant(
        "half-open links never noticed", "collect/irc_follower.py",
        "        elif silence >= DEAD_SECONDS:\n", "        elif False:\n", f"{FOLLOWER}::test_a_half_open_link",
    ),
    Mutant(
        "RECONNECT ignored", "collect/irc_link.py",
        "            events.append(Reconnect())\n", "            pass\n", f"{FOLLOWER}::test_reconnect_opens",
    ),
    Mutant(
        "JOIN without limit", "collect/irc_link.py",
        "        if len(self._times) >= self.limit:\n", "        if False:\n", f"{FOLLOWER}::test_joins_keep_the_limit",
    ),
    Mutant(
        "the old link closed before the new one covers its channels", "collect/irc_follower.py",
        "connection.close_at is None and self._is_succeeded(number, connection)", "connection.close_at is None",
        f"{FOLLOWER}::test_reconnect_opens",
    ),
    Mutant(
        "bytes of a split character ignored", "collect/irc_link.py",
        "            self._rest += data\n            return []\n", "            return []\n",
        f"{LINK}::test_every_split_of_the_fifty_lines",
    ),
    Mutant(
        "msg-id taken as the id", "collect/twitch_irc.py",
        '    row.message_id = tags.get("id")\n', '    row.message_id = tags.get("msg-id")\n',
        "tests/collect/test_twitch_irc.py::test_the_key_is_id",
    ),
    Mutant(
        "PONG for the word PING in a message", "collect/irc_link.py",
        "            if (match := PLAIN_MESSAGE(text)) is not None:\n",
        '            if "PING" in text:\n                self.outgoing += b"PONG :tmi.twitch.tv\\r\\n"\n'
        "            if (match := PLAIN_MESSAGE(text)) is not None:\n",
        f"{FOLLOWER}::test_pong_answers",
    ),
    Mutant(
        "bytes that are not UTF-8 ignored", "collect/irc_link.py",
        'text = line.decode("utf-8", "replace")', 'text = line.decode("utf-8", "ignore")',
        f"{LINK}::test_bytes_that_are_not_utf8",
    ),
    Mutant(
        "live messages deduplicated by the type of a notice", "collect/irc_follower.py",
        "key = (row.channel, row.message_id)", "key = (row.channel, row.event or row.message_id)",
        f"{FOLLOWER}::test_ids_are_the_key",
    ),
    Mutant(
        "an unbounded queue before the journal", "collect/twitch_live.py",
        "if len(self.rows) >= MAX_WAITING_ROWS and self._is_reading:", "if False:", f"{LIVE}::test_a_slow_sink",
    ),
    Mutant(
        "rows handed over in the loop", "collect/twitch_live.py",
        "await asyncio.to_thread(sink.put, rows, received_at)", "sink.put(rows, received_at)",
        f"{LIVE}::test_the_server_is_answered",
    ),
    Mutant(
        "a live gap not told", "collect/irc_follower.py",
        "        self.gaps += [(channel, *gap) for gap in self._coverage[channel].take_gaps() if self._counts(gap)]\n",
        "        self._coverage[channel].take_gaps()\n", f"{FOLLOWER}::test_a_closed_link",
    ),
    Mutant(
        "no time of overlap", "collect/irc_follower.py",
        "connection.close_at = now + OVERLAP_SECONDS", "connection.close_at = now", f"{FOLLOWER}::test_reconnect_opens",
    ),
    Mutant(
        "messages of the overlap kept twice", "collect/irc_follower.py",
        'kept once"] += 1\n            return False\n', 'kept once"] += 1\n            return True\n',
        f"{FOLLOWER}::test_reconnect_opens",
    ),
    Mutant(
        "no pause between tries", "collect/irc_follower.py",
        "slot.next_at = now + self._rng.uniform(longest / 2, longest)", "slot.next_at = now",
        f"{FOLLOWER}::test_it_tries_again",
    ),
    Mutant(
        "giving up", "collect/irc_follower.py",
        "if not is_served and has_room", "if not is_served and slot.n_failures < 8 and has_room",
        f"{FOLLOWER}::test_it_tries_again",
    ),
    Mutant(
        "a silent link closed at once, with what it holds back", "collect/irc_follower.py",
        "        elif silence >= DEAD_SECONDS:\n", "        elif silence >= SUSPECT_SECONDS:\n",
        f"{FOLLOWER}::test_a_link_that_was_only_slow",
    ),
    Mutant(
        "silence while we do not read held against the server", "collect/irc_follower.py",
        "        if not is_reading:\n", "        if False:\n", f"{FOLLOWER}::test_silence_while_we_do_not_read",
    ),
    Mutant(
        "a JOIN that is not confirmed never asked again", "collect/irc_follower.py",
        "connection.joins[channel] = now + JOIN_PATIENCE_SECONDS", "connection.joins.pop(channel)",
        f"{FOLLOWER}::test_a_join_that_is_not_confirmed",
    ),
    Mutant(
        "a line without an end kept for ever", "collect/irc_link.py",
        "        if self._is_dropping or len(rest) > MAX_LINE_BYTES:\n", "        if False:\n",
        f"{LINK}::test_endless_bytes",
    ),
    Mutant(
        "the time between two watches not told", "commands/watch.py",
        "        if followed_until is not None:\n", "        if False:\n",
        "tests/journeys/test_watch.py::test_a_channel_goes_on",
    ),
    Mutant(
        "descriptions of tables believed", "store/journal_database.py",
        "if not set(read_schema(connection)) <= set(_schema_of(schema)):", "if False:",
        f"{FAULTS}::test_a_flipped_bit_in_how_tables_are_described_loses_nothing",
    ),
    Mutant(
        "descriptions of tables not mended", "store/salvage.py",
        "        mend_schema(file)\n", "        pass\n",
        f"{FAULTS}::test_a_flipped_bit_in_how_tables_are_described_loses_nothing",
    ),
    Mutant(
        "gaps of another table's page believed", "store/salvage.py",
        "typeof(started_at) = 'integer' and typeof(ended_at) = 'integer'", "true",
        f"{FAULTS}::test_a_flipped_bit_in_how_tables_are_described_loses_nothing",
    ),
)  # fmt: skip
