#pragma once
// A doubly linked list of nodes that live elsewhere and unlink themselves when destroyed.

namespace skep::async {

// Base of whatever can stand in one IntrusiveList at a time.
class ListNode {
public:
    ListNode() = default;
    ListNode(const ListNode&) = delete;
    ListNode& operator=(const ListNode&) = delete;
    ~ListNode() { unlink(); }

    bool is_linked() const { return next_ != nullptr; }
    void unlink() {
        if (next_ == nullptr)
            return;
        previous_->next_ = next_;
        next_->previous_ = previous_;
        next_ = previous_ = nullptr;
    }

private:
    template <typename T>
    friend class IntrusiveList;

    ListNode* next_ = nullptr;
    ListNode* previous_ = nullptr;
};

// T derives from ListNode, and may be incomplete where the list is declared. Owns nothing; nodes still linked when it
// ends are unlinked.
template <typename T>
class IntrusiveList {
public:
    IntrusiveList() { reset(); }
    IntrusiveList(const IntrusiveList&) = delete;
    IntrusiveList& operator=(const IntrusiveList&) = delete;
    ~IntrusiveList() {
        while (!empty())
            head_.next_->unlink();
        head_.next_ = head_.previous_ = nullptr;
    }

    bool empty() const { return head_.next_ == &head_; }

    void push_back(T& item) {
        ListNode& node = item;
        node.unlink();
        node.previous_ = head_.previous_;
        node.next_ = &head_;
        head_.previous_->next_ = &node;
        head_.previous_ = &node;
    }

    // The oldest node, now unlinked; nullptr where there is none.
    T* pop_front() {
        if (empty())
            return nullptr;
        ListNode* node = head_.next_;
        node->unlink();
        return static_cast<T*>(node);
    }

    // Moves every node of `other` behind those of this list.
    void take_all(IntrusiveList& other) {
        if (other.empty())
            return;
        ListNode* first = other.head_.next_;
        ListNode* last = other.head_.previous_;
        first->previous_ = head_.previous_;
        head_.previous_->next_ = first;
        last->next_ = &head_;
        head_.previous_ = last;
        other.reset();
    }

private:
    void reset() { head_.next_ = head_.previous_ = &head_; }

    ListNode head_;
};

}  // namespace skep::async
