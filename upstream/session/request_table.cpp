#include "upstream/session/request_table.h"

#include <cassert>

namespace upstream {

RequestTable::RequestTable(DeadlineListener& listener) : listener_(listener), ring_(16, kNone) {}

RequestTable::Row& RequestTable::add() {
  if ((used_ + 1) * 2 > ring_.size()) grow();
  // A request that stays long keeps its place; ids that would fall there are skipped.
  do {
    ++last_id_;
  } while (place_of(last_id_) != kNone);
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(rows_.size()));
    rows_.emplace_back(listener_);
  }
  const std::uint32_t index = free_.back();
  free_.pop_back();
  place_of(last_id_) = index;
  Row& row = rows_[index];
  row.id = last_id_;
  ++used_;
  return row;
}

RequestTable::Row* RequestTable::find(std::uint64_t id) {
  if (id == 0) return nullptr;
  const std::uint32_t index = place_of(id);
  if (index == kNone || rows_[index].id != id) return nullptr;
  return &rows_[index];
}

RequestTable::Row* RequestTable::find_serial(std::uint64_t serial) {
  for (Row& row : rows_) {
    if (row.id != 0 && row.serial == serial) return &row;
  }
  return nullptr;
}

RequestTable::Row* RequestTable::next(std::size_t& position) {
  while (position < rows_.size()) {
    Row& row = rows_[position++];
    if (row.id != 0) return &row;
  }
  return nullptr;
}

void RequestTable::release(Row& row) {
  assert(row.id != 0);
  std::uint32_t& place = place_of(row.id);
  free_.push_back(place);
  place = kNone;
  row.deadline.cancel();
  row.id = 0;
  row.serial = 0;
  row.sink = nullptr;
  row.tag = 0;
  row.caller = kOurselves;
  row.internal = false;
  row.progress_token.clear();
  --used_;
}

void RequestTable::grow() {
  ring_.assign(ring_.size() * 2, kNone);
  for (std::uint32_t index = 0; index < rows_.size(); ++index) {
    if (rows_[index].id != 0) place_of(rows_[index].id) = index;
  }
}

}  // namespace upstream
