#include "store/detail/sql/statement_cache.hpp"

#include <utility>

namespace skep::store {

GuestStatement* StatementCache::find(std::string_view sql) {
    const auto found = by_text_.find(sql);
    if (found == by_text_.end())
        return nullptr;
    kept_.splice(kept_.begin(), kept_, found->second);
    return found->second->get();
}

GuestStatement* StatementCache::add(std::unique_ptr<GuestStatement> statement) {
    text_bytes_ += statement->text.size();
    kept_.push_front(std::move(statement));
    by_text_.emplace(kept_.front()->text, kept_.begin());
    while (kept_.size() > 1 && (kept_.size() > kStatements || text_bytes_ > kTextBytes)) {
        text_bytes_ -= kept_.back()->text.size();
        by_text_.erase(kept_.back()->text);
        kept_.pop_back();
    }
    return kept_.front().get();
}

void StatementCache::clear() {
    by_text_.clear();
    kept_.clear();
    text_bytes_ = 0;
}

}  // namespace skep::store
