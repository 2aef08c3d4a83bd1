"""MT536 Statement of transactions."""

from __future__ import annotations

from schemas.mt.table import message

MT536 = message(
    "536",
    "Statement of transactions",
    """
M  A GENL
   M  28E
   O  13[AJ] STAT
   M  20C SEME
   M  23G
   O  98[ACE] PREP
   M  69[AB] STAT
   O  22F SFRE
   O  22F CODE
   M  22F STBA
   O* A1 LINK
      O  13[AB] LINK
      M  20C POOL/PREA/PREV/RELA/TRRF/COMM/COLR/CORP/TCTR/CLTR/CLCI/TRCI/MITI/PCTI/MAST/INDX/
                 COAF/BASK
   O  95[PR] ACOW
   O  95L ALTE
   M  97[ABD] SAFE/BCAW
   M  17B ACTI
   M  17B CONS
O* B SUBSAFE
   O  95[PR] ACOW
   O  95L ALTE
   O  97[ABD] SAFE/BCAW
   O* 94[BCFLT] SAFE
   O  17B ACTI
   O* B1 FIN
      M  35B
      O  90[AB] MRKT/INDC
      O  94[BS] PRIC
      O  98[AC] PRIC
      O  93[BF] FIOP/INOP
      O  93[BF] FICL/INCL
      M* B1a TRAN
         M* B1a1 LINK
            O  13[AB] LINK
            M  20[CU] POOL/PREA/PREV/RELA/TRRF/COMM/COLR/CORP/TCTR/CLTR/CLCI/TRCI/MITI/PCTI/
                       MAST/INDX/COAF/BASK
         O  B1a2 TRANSDET
            O* 94[HL] CLEA
            O* 94[BL] TRAD
            O* 94[BCFLT] SAFE
            M* 36[BD] PSTA
            O  99A DAAC
            O  19A PSTA
            O  19A ACRU
            M  22F TRAN
            M  22H REDE
            M  22H PAYM
            O* 22F
            O  98[CE]
            M  98[AC] ESET
            O  98[CE]
            O  98[ABC] SETT
            O  98[ABC] TRAD
            O  98[AC]
            O  25D MOVE
            O  70E TRDE
            O* B1a2A SETPRTY
               M  95[PQRCD] BUYR/DEAG/DECU/DEI1/DEI2/PSET/REAG/RECU/REI1/REI2/SELL
               O  95L ALTE
               O  97[ABD] SAFE/BCAW
               O  20C PROC
O  C ADDINFO
   O* 95[PQR]
""",
)
