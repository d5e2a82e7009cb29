using System.Collections;

namespace NodeGuard.Core.Routing;

/// <summary>
/// All entries of a ledger, those under one key in the order of the kernel's list. Entries may be removed while they are
/// enumerated, and <c>foreach</c> allocates nothing.
/// </summary>
public readonly struct LedgerEntries : IEnumerable<LedgerEntry>
{
    private readonly Dictionary<ObjectKey, LedgerEntry>.ValueCollection _firsts;

    internal LedgerEntries(Dictionary<ObjectKey, LedgerEntry>.ValueCollection firsts) => _firsts = firsts;

    public Enumerator GetEnumerator() => new(_firsts.GetEnumerator());

    IEnumerator<LedgerEntry> IEnumerable<LedgerEntry>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public struct Enumerator : IEnumerator<LedgerEntry>
    {
        private Dictionary<ObjectKey, LedgerEntry>.ValueCollection.Enumerator _firsts;
        private LedgerEntry? _current;

        internal Enumerator(Dictionary<ObjectKey, LedgerEntry>.ValueCollection.Enumerator firsts) => _firsts = firsts;

        public readonly LedgerEntry Current => _current ?? throw new InvalidOperationException("the enumeration is before its first or behind its last entry");

        readonly object IEnumerator.Current => Current;

        public bool MoveNext()
        {
            _current = _current?.NextWithSameKey ?? (_firsts.MoveNext() ? _firsts.Current : null);
            return _current is not null;
        }

        public readonly void Reset() => throw new NotSupportedException();

        public readonly void Dispose()
        {
        }
    }
}
