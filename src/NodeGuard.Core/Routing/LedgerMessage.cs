namespace NodeGuard.Core.Routing;

/// <summary>An object's request, identity and follow-up in one array. Replaced as a whole, so that any thread may read it.</summary>
internal sealed class LedgerMessage
{
    private readonly byte[] _bytes;
    private readonly int _requestLength;
    private readonly int _identityOffset;
    private readonly int _identityLength;
    private readonly int _followUpLength;

    public LedgerMessage(in ObservedObject observed)
    {
        bool identityInside = observed.Request.Overlaps(observed.Identity, out int offset);
        int extra = identityInside ? 0 : observed.Identity.Length;
        _bytes = GC.AllocateUninitializedArray<byte>(observed.Request.Length + extra + observed.FollowUp.Length);
        observed.Request.CopyTo(_bytes);
        if (!identityInside)
        {
            offset = observed.Request.Length;
            observed.Identity.CopyTo(_bytes.AsSpan(offset));
        }

        observed.FollowUp.CopyTo(_bytes.AsSpan(observed.Request.Length + extra));
        _requestLength = observed.Request.Length;
        _identityOffset = offset;
        _identityLength = observed.Identity.Length;
        _followUpLength = observed.FollowUp.Length;
    }

    public ReadOnlySpan<byte> Request => _bytes.AsSpan(0, _requestLength);

    public ReadOnlySpan<byte> Identity => _bytes.AsSpan(_identityOffset, _identityLength);

    public ReadOnlySpan<byte> FollowUp => _bytes.AsSpan(_bytes.Length - _followUpLength, _followUpLength);

    public int Length => _bytes.Length;

    /// <summary>
    /// Overwrites the messages, without allocating, with others of the same object. Only lifetimes can differ when the
    /// sizes are equal too; false, and nothing taken, where they are not.
    /// </summary>
    public bool TryTake(in ObservedObject same)
    {
        if (same.Request.Length != _requestLength || same.FollowUp.Length != _followUpLength
            || !same.Identity.SequenceEqual(Identity))
        {
            return false;
        }

        same.Request.CopyTo(_bytes);
        same.FollowUp.CopyTo(_bytes.AsSpan(_bytes.Length - _followUpLength));
        return true;
    }
}
